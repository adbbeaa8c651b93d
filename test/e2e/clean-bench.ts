import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './harness.ts'

const ancient = 1_600_000_000

interface Pruned { readonly run: string; readonly children: string[]; readonly bytes: number }
/** What `writ clean --json` says. */
export interface Cleaning { readonly leftovers: { kind: string; name: string; run: string | null; bytes: number }[]; readonly pruned: Pruned[]; readonly records: Pruned[]; readonly blobs: { files: number; bytes: number }; readonly held: { run: string; by: string }[]; readonly expected: number; readonly freed: number; readonly removed: boolean; readonly problems: string[] }

export async function clean(machine: Machine, ...args: string[]): Promise<Cleaning> {
  const ended = await machine.writ(['clean', '--json', ...args])
  assert.ok([0, 3].includes(ended.code), ended.stderr)
  const cleaning = JSON.parse(ended.stdout) as Cleaning
  // Control groups are the machine's: those of dead processes of other tests are seen too, and are nobody's business here.
  return { ...cleaning, leftovers: cleaning.leftovers.filter((each) => !each.name.startsWith('/sys/fs/cgroup/')) }
}

/** Oldest first. */
export const runsOf = (machine: Machine): string[] => readdirSync(join(machine.state, 'runs')).sort()

/** So that none is kept for being young. */
export function ageBlobs(machine: Machine): string[] {
  const blobs = join(machine.state, 'blobs')
  const all = readdirSync(blobs).flatMap((folder) => readdirSync(join(blobs, folder)).map((name) => join(blobs, folder, name)))
  for (const at of all) utimesSync(at, ancient, ancient)
  return all
}

/** Bytes on the disk. */
export const used = (machine: Machine): number => Number(spawnSync('du', ['-s', '--block-size=1', machine.state], { encoding: 'utf8' }).stdout.split('\t')[0])
