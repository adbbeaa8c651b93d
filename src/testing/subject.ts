import type { Contract } from '../protocol/contract.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import { ValidationSettings } from '../domain/validation/settings.ts'
import type { SandboxResult } from '../engine/ports/sandbox.ts'
import type { Subject } from '../engine/ports/validation.ts'

export interface SubjectFiles {
  readonly base?: Readonly<Record<string, string>>
  readonly result: Readonly<Record<string, string>>
  readonly settings?: object
  readonly contract?: Contract
  readonly run?: Subject['run']
}

/** A result and its base from texts, for tests of validators. It runs no program unless the test brings a way to. */
export function makeSubject({ base = {}, result, settings = {}, contract, run }: SubjectFiles): Subject {
  const encoder = new TextEncoder()
  const paths = new Set([...Object.keys(base), ...Object.keys(result)])
  const changes = [...paths].flatMap((path): FileChange[] => {
    const [before, after] = [base[path], result[path]]
    if (before === after) return []
    return [{ path, kind: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified', added: after?.split('\n').length ?? 0, removed: before?.split('\n').length ?? 0, binary: false }]
  })
  return {
    changes, settings: ValidationSettings.parse(settings), contract, baseline: [], signal: new AbortController().signal,
    files: async () => Object.keys(result),
    read: async (path) => (result[path] === undefined ? undefined : encoder.encode(result[path])),
    readBase: async (path) => (base[path] === undefined ? undefined : encoder.encode(base[path])),
    run: run ?? (async (): Promise<SandboxResult> => { throw new Error('this test runs no program') }),
    has: async () => false,
  }
}
