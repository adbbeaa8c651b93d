import fs from 'node:fs'
import path from 'node:path'
import { findStrategy } from '../../domain/integration/strategies.ts'
import type { Conflict, MergeOutcome, MergeStrategy, MergeVersion } from '../../protocol/integration.ts'
import { makeScratch } from './checkout.ts'
import { isBinary } from './line-count.ts'
import type { TreeEdit, TreeEdits } from './edit-tree.ts'
import type { PrivateRepository } from './private-repository.ts'
import { toBytes } from './tree-object.ts'

type Edits = Map<string, TreeEdit | undefined>

export interface Settled extends Pick<MergeOutcome, 'conflicts' | 'settled' | 'regenerate'> {
  /** To be made in the merged tree. */
  readonly edits: TreeEdits
}

/** Kinds where one path is one question. Where names went different ways, no strategy for a path says what is meant. */
const answerable = new Set<Conflict['kind']>(['content', 'add/add', 'modify/delete', 'mode', 'type', 'binary', 'submodule'])
const mostBytes = 16 * 1024 * 1024

/** Applies the strategies of paths that both sides changed; `both` are those, `conflicts` those of them that git could not merge. */
export async function settleConflicts(repository: PrivateRepository, request: { readonly conflicts: readonly Conflict[]; readonly both: readonly string[]; readonly strategies: readonly MergeStrategy[] }): Promise<Settled> {
  const edits: Edits = new Map()
  const left: Conflict[] = []
  const settled: Settled['settled'] = []
  const regenerate: Settled['regenerate'] = []
  for (const conflict of request.conflicts) {
    const strategy = answerable.has(conflict.kind) ? findStrategy(request.strategies, conflict.path) : undefined
    if (strategy === undefined) {
      left.push(conflict)
      continue
    }
    if (strategy.use === 'union') {
      const oid = await unite(repository, conflict)
      if (oid === undefined) {
        left.push({ ...conflict, message: 'union is for texts that both sides have' })
        continue
      }
      edits.set(toBytes(conflict.path), { mode: conflict.ours?.mode ?? '100644', oid })
    } else choose(edits, conflict, strategy.use === 'theirs' ? conflict.theirs : conflict.ours)
    if (strategy.use === 'regenerate') regenerate.push({ path: conflict.path, strategy, conflict })
    else settled.push({ path: conflict.path, use: strategy.use })
  }
  // A lock file whose lines merge is still not the one that belongs to the merged manifest.
  const inConflict = new Set(request.conflicts.map((conflict) => conflict.path))
  for (const at of request.both) {
    const strategy = inConflict.has(at) ? undefined : findStrategy(request.strategies, at)
    if (strategy?.use === 'regenerate') regenerate.push({ path: at, strategy })
  }
  return { conflicts: left, settled, regenerate, edits }
}

/** Git may have put a side beside the path, under another name: that goes too. */
function choose(edits: Edits, conflict: Conflict, side: MergeVersion | undefined): void {
  for (const version of [conflict.base, conflict.ours, conflict.theirs]) if (version !== undefined) edits.set(toBytes(version.path), undefined)
  edits.set(toBytes(conflict.path), side === undefined ? undefined : { mode: side.mode, oid: side.id })
}

/** The lines of both, ours first where they meet; undefined where there is a side without text. */
async function unite(repository: PrivateRepository, { base, ours, theirs }: Conflict): Promise<string | undefined> {
  if (!isRegular(ours) || !isRegular(theirs) || (base !== undefined && !isRegular(base))) return undefined
  const texts = [ours, base, theirs].map((version) => (version === undefined ? Buffer.alloc(0) : repository.store.findSmall(version.id, mostBytes)?.bytes))
  const scratch = makeScratch(repository)
  try {
    const files = texts.map((text, index) => {
      if (text === undefined || isBinary(text)) return undefined
      const file = path.join(scratch, String(index))
      fs.writeFileSync(file, text)
      return file
    })
    if (files.includes(undefined)) return undefined
    const answer = await repository.git(['merge-file', '--union', '-p', ...files.map(String)], { workTree: repository.nothingDir, maxBytes: 3 * mostBytes, accepts: [255] })
    return answer.code === 0 ? repository.store.write('blob', answer.stdout) : undefined
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

function isRegular(version: MergeVersion | undefined): version is MergeVersion {
  return version?.mode === '100644' || version?.mode === '100755'
}
