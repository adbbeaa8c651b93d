import { keyFixtureGlobs, keyGlobs, secretGlobs } from '../../domain/text/secret-paths.ts'
import type { Bundle, PolicyBook } from '../../domain/policy/bundle.ts'
import { builtinRules } from './builtin-rules.ts'

/** The rules that every run is under. Raised with every change of them. */
export const builtinBundle: Bundle = {
  file: { id: 'writ', version: '1.0.0', owner: 'Writ', description: 'What every run is under: files, shields, what reaches outside, caps, checkpoints, people.' },
  layer: 'built-in',
  rules: [{ name: 'built-in', text: builtinRules }],
}

export function toBook(bundles: readonly Bundle[]): PolicyBook {
  return { version: 2, bundles: [builtinBundle, ...bundles], secretGlobs: [...secretGlobs], keyGlobs: [...keyGlobs], keyFixtureGlobs: [...keyFixtureGlobs] }
}
