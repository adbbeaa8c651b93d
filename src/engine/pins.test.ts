import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileChange } from '../protocol/events/workspace.ts'
import type { TreeId } from '../protocol/ids.ts'
import { fold } from '../domain/evolve.ts'
import { createMemoryBlobs, createMemoryLog } from '../testing/memory-log.ts'
import { tree, workingStory } from '../testing/story.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { Workspace } from './ports/workspace.ts'
import type { RunContext } from './record.ts'
import { restorePins } from './pins.ts'

type Files = Readonly<Record<string, string>>

/** What is undone of files that a command added to an otherwise empty base, under a contract that guards some names. */
async function undoneOf(added: Files): Promise<readonly string[]> {
  const story = workingStory()
  const log = createMemoryLog({ clock: { now: () => 1_760_000_100_000 } })
  const id = story.events[0]?.run
  assert.ok(id)
  const rollout = await log.create(id)
  const state = fold(await rollout.append(story.events.map((event) => ({ type: event.type, data: event.data }) as never)))
  assert.ok(state.contract)
  const written: string[] = []
  const workspace = {
    base: { tree: tree('b') },
    readAt: async (at: TreeId, path: string) => (at === tree('b') || added[path] === undefined ? undefined : new TextEncoder().encode(added[path])),
    write: async (files: ReadonlyMap<string, Uint8Array | undefined>) => void written.push(...files.keys()),
    snapshot: async () => tree('e'),
  }
  const run: RunContext = {
    ports: { blobs: createMemoryBlobs() } as unknown as EnginePorts, rollout,
    state: { ...state, contract: { ...state.contract, pins: [], guarded: ['**/package.json', '**/conftest.py', '**/__pycache__/**', '**/*.pyc'] } },
    signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined,
    workspace: workspace as unknown as Workspace, secrets: undefined, seen: new Map(),
  }
  const changes = Object.keys(added).map((path): FileChange => ({ path, kind: 'added', added: 1, removed: 0, binary: false }))
  await restorePins(run, changes)
  return written.toSorted()
}

test('guarded names that a commit would contain are taken out at once', async () => {
  assert.deepEqual(await undoneOf({ 'conftest.py': '', 'sub/package.json': '{}', 'src/a.py': '' }), ['conftest.py', 'sub/package.json'])
})

test('what running and building leave behind stays', async () => {
  assert.deepEqual(await undoneOf({ 'tests/__pycache__/test_a.cpython-312.pyc': '', 'dist/package.json': '{}', 'old.pyc': '' }), [])
})

test('what the .gitignore files of the worktree leave out of every commit stays, the rest of that name does not', async () => {
  assert.deepEqual(await undoneOf({ '.gitignore': '/gen/\n', 'a/.gitignore': 'made\n', 'gen/package.json': '{}', 'a/made/package.json': '{}', 'b/made/package.json': '{}' }), ['b/made/package.json'])
})
