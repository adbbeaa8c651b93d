import { setTimeout as pause } from 'node:timers/promises'
import { digestOf } from '../../domain/digest.ts'
import { defaultSettings } from '../../domain/validation/settings.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { Json, TreeId } from '../../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox, SandboxCommand, SandboxResult } from '../ports/sandbox.ts'
import type { ValidationCache, ValidationRequest } from '../ports/validation.ts'

/** What a command of a test does with the files that it sees. */
export type Program = (files: ReadonlyMap<string, string>, command: SandboxCommand, signal: AbortSignal) => Promise<Partial<SandboxResult>> | Partial<SandboxResult>

export type Tree = Readonly<Record<string, string | Uint8Array>>

/** Two trees in memory, a sandbox of programs in this process, and a cache that counts. */
export interface TestBench {
  readonly request: ValidationRequest
  readonly sandbox: Sandbox
  readonly cache: ValidationCache & { readonly entries: Map<string, Json> }
  readonly clock: Clock
  readonly counts: { commands: number; checkouts: number; disposed: number }
}

const encoder = new TextEncoder()
const toBytes = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? encoder.encode(content) : content)

export function toTreeId(tree: Tree): TreeId {
  return digestOf(JSON.stringify(Object.entries(tree).map(([path, content]) => [path, digestOf(toBytes(content))]).sort())).slice(0, 40) as TreeId
}

function listChanges(base: Tree, result: Tree): FileChange[] {
  const paths = [...new Set([...Object.keys(base), ...Object.keys(result)])].sort()
  return paths.filter((path) => base[path] === undefined || result[path] === undefined || Buffer.compare(toBytes(base[path]), toBytes(result[path])) !== 0)
    .map((path) => ({ path, kind: base[path] === undefined ? 'added' : result[path] === undefined ? 'deleted' : 'modified', added: 1, removed: 1, binary: false }))
}

export const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now(), sleep: (ms, signal) => pause(ms, undefined, { signal }) }

export function makeBench(base: Tree, result: Tree, options: { readonly program?: Program; readonly links?: readonly string[]; readonly cache?: TestBench['cache'] } & Partial<ValidationRequest> = {}): TestBench {
  const { program, links, cache, ...change } = options
  const trees = new Map([[toTreeId(base), base], [toTreeId(result), result]])
  const counts = { commands: 0, checkouts: 0, disposed: 0 }
  const opened = new Map<string, Map<string, string>>()
  const entries = cache?.entries ?? new Map<string, Json>()
  const decoder = new TextDecoder()
  const request: ValidationRequest = {
    workspace: {
      home: '/home/person/project',
      listAt: async (at) => Object.keys(trees.get(at as TreeId) ?? {}),
      modesAt: async () => new Map((links ?? []).map((path) => [path, '120000'])),
      readAt: async (at, path) => {
        const content = trees.get(at as TreeId)?.[path]
        return content === undefined ? undefined : toBytes(content)
      },
      changes: async () => listChanges(base, result),
      checkout: async (at) => {
        counts.checkouts += 1
        const root = `/checkout/${counts.checkouts}`
        const files = new Map(Object.entries(trees.get(at as TreeId) ?? {}).map(([path, content]) => [path, decoder.decode(toBytes(content))]))
        opened.set(root, files)
        return {
          root, tree: at as TreeId, mounts: [{ mode: 'rw', host: root, at: '/home/person/project' }],
          write: async (changed) => {
            for (const [path, content] of changed) {
              if (content === undefined) files.delete(path)
              else files.set(path, decoder.decode(content))
            }
          },
          dispose: async () => {
            counts.disposed += 1
          },
        }
      },
    },
    base: toTreeId(base), tree: toTreeId(result), changes: listChanges(base, result), scope: 'task', contract: undefined, baseline: [],
    settings: defaultSettings, signal: new AbortController().signal, ...change,
  }
  const sandbox: Sandbox = {
    driver: 'in-process', profileHash: 'profile',
    ready: async () => undefined,
    probe: async () => ({ ok: true, findings: [] }),
    run: async (command, signal) => {
      counts.commands += 1
      const mount = command.mounts[0]
      const files = (mount?.mode === 'rw' ? opened.get(mount.host) : undefined) ?? new Map<string, string>()
      const said = await program?.(files, command, signal)
      const empty = new Uint8Array()
      return { ended: 'exited', exitCode: 0, durationMs: 1, stdout: empty, stderr: empty, output: empty, droppedBytes: 0, notes: [], ...said }
    },
  }
  return {
    request, sandbox, counts, clock,
    cache: {
      entries,
      get: async (key) => entries.get(key),
      put: async (key, value) => {
        entries.set(key, structuredClone(value))
      },
    },
  }
}
