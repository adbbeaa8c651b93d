import { javaScript, type Import } from './find-imports.ts'

/** The files of one side, for asking what an import can mean. */
export interface Places {
  /** Is there a file or folder that a loader could take for this path, with whatever ending? */
  has(path: string): boolean
}

export function createPlaces(files: Iterable<string>): Places {
  const known = new Set<string>()
  for (const file of files) {
    known.add(file)
    // `a/b.module.css` is `a/b.module` and `a/b` too.
    for (let dot = file.lastIndexOf('.'); dot > file.lastIndexOf('/') + 1; dot = file.lastIndexOf('.', dot - 1)) known.add(file.slice(0, dot))
    for (let slash = file.lastIndexOf('/'); slash > 0 && !known.has(file.slice(0, slash)); slash = file.lastIndexOf('/', slash - 1)) known.add(file.slice(0, slash))
  }
  return { has: (path) => path === '' || known.has(path) }
}

/** What an import names, from the root: any of these would do. Undefined where that is not certain. */
export function toTargets(path: string, language: string, { specifier }: Import): readonly string[] | undefined {
  const folder = path.split('/').slice(0, -1)
  if (javaScript.has(language)) {
    const plain = specifier.replace(/[?#].*$/, '')
    // A loader's own words, files that a build makes, and types that a framework makes.
    if (/[!*]|\$types$|\+types\/|\.node$/.test(plain)) return undefined
    const target = climb(folder, plain.split('/'))
    if (target === undefined) return undefined
    // `./x.js` is how TypeScript names x.ts.
    return [target, ...(/\.[cm]?jsx?$/.test(target) ? [target.replace(/\.[cm]?jsx?$/, '')] : [])]
  }
  const dots = /^\.+/.exec(specifier)?.[0].length ?? 1
  const target = climb(folder, [...Array.from({ length: dots - 1 }, () => '..'), ...specifier.slice(dots).split('.')])
  return target === undefined ? undefined : [target]
}

function climb(folder: readonly string[], steps: readonly string[]): string | undefined {
  const parts = [...folder]
  for (const step of steps) {
    if (step === '' || step === '.') continue
    if (step !== '..') parts.push(step)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}
