import { digestOfJson } from '../../domain/digest.ts'
import type { Survey } from '../../protocol/events/check.ts'
import type { Sandbox } from '../../engine/ports/sandbox.ts'
import type { Surveyor } from '../../engine/ports/surveyor.ts'
import type { Workspace } from '../../engine/ports/workspace.ts'
import { readInstructions } from './instructions.ts'
import { findUses, wantedPrograms } from './uses.ts'
import { findPrograms } from './programs.ts'
import { sketchTree } from './tree-sketch.ts'

/** Manifests that say what a repository uses; read from the base, never run. */
const manifests = ['package.json', 'pyproject.toml', 'requirements.txt', 'requirements-dev.txt', 'setup.cfg', 'tox.ini', 'Makefile', 'justfile']

export interface SurveyorOptions {
  readonly stateDir: string
  /** The user's environment: its PATH is what the sandbox offers. */
  readonly env: NodeJS.ProcessEnv
}

/** Finds out once, before the first turn, what a model would otherwise spend turns on. */
export function createSurveyor(options: SurveyorOptions): Surveyor {
  return {
    survey: async (workspace: Workspace, sandbox: Sandbox, signal: AbortSignal): Promise<Survey> => {
      const files = await workspace.listAt(workspace.base.tree)
      const present = new Set(files)
      const read = async (path: string): Promise<string | undefined> => {
        if (!present.has(path)) return undefined
        const bytes = await workspace.readAt(workspace.base.commit, path)
        return bytes && new TextDecoder().decode(bytes)
      }
      const texts = new Map<string, string>()
      for (const path of manifests) {
        const text = await read(path)
        if (text !== undefined) texts.set(path, text)
      }
      const uses = findUses(files, texts)
      const [instructions, programs] = await Promise.all([
        readInstructions(files, read),
        findPrograms({ stateDir: options.stateDir, path: options.env.PATH ?? '', wanted: wantedPrograms(files, uses), workspace, sandbox, signal }),
      ])
      const survey = { instructions, present: programs.present, absent: programs.absent, uses, tree: sketchTree(files), files: files.length }
      return { ...survey, digest: digestOfJson(survey) }
    },
    fingerprint: async (signal) => (await import('./machine.ts')).describeMachine(options.env, signal),
  }
}
