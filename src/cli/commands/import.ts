import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { toShortId } from '../../domain/report/short-id.ts'
import { count } from '../../domain/report/words.ts'
import { adoptArchive, type Adopted } from '../archive/adopt-archive.ts'
import { listPresent, type ArchiveManifest } from '../archive/manifest.ts'
import { stageArchive } from '../archive/stage-archive.ts'
import { makeStaging } from '../archive/staging.ts'
import { openKeys, openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'

/** `writ import`: takes in what `writ export` made, whole or not at all, and only if nothing in it was changed. */
export async function importCommand(file: string, options: { readonly json?: boolean }): Promise<number> {
  const record = await openRecord()
  const { manifest, adopted } = await takeIn(record, resolve(file))
  const known = (await openKeys(record)).find(manifest.key)
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ ...manifest, change: toChange(adopted), signer: known?.owner ?? null })}\n`)
      return 0
    }
    await print(describe(manifest, adopted))
    await print(known ? `Signed by ${known.owner}.\n` : `Signed by key ${manifest.key.slice(0, 12)}, which is not known here: nothing was changed since, but nobody says whose it is. If you know, get the key from them, then: writ keys trust FILE --name WHO\n`)
    return 0
  })
}

function toChange({ isNew, children, files }: Adopted): 'new' | 'children' | 'files' | 'none' {
  if (isNew) return 'new'
  return children.length > 0 ? 'children' : files.length > 0 ? 'files' : 'none'
}

function describe(manifest: ArchiveManifest, adopted: Adopted): string {
  const { run, events, blobs, children = [] } = manifest
  const present = listPresent(manifest).length
  const absent = children.length - present
  if (adopted.isNew) {
    const parts = [...(present > 0 ? [count(present, 'child run')] : []), ...(manifest.files ? ['the files of the repository'] : [])].join(' and ')
    const missing = absent > 0 ? `The records of ${absent} of its ${count(children.length, 'child run')} are not in it.\n` : ''
    return `${run}: ${count(events, 'event')} and ${count(blobs, 'blob')} taken in${parts === '' ? '' : `, with ${parts}`}. See it with: writ show ${toShortId(run)}\n${missing}`
  }
  const added = [...(adopted.children.length > 0 ? [count(adopted.children.length, 'child run')] : []), ...(adopted.files.length > 0 ? ['the files of the repository'] : [])]
  return `${run} is here already, the very same; ${added.length === 0 ? 'nothing was done' : `added: ${added.join(' and ')}`}.\n`
}

/** @throws Fault `request-invalid` naming what is wrong with the archive; then nothing was changed. */
export async function takeIn(record: OpenRecord, path: string): Promise<{ readonly manifest: ArchiveManifest; readonly adopted: Adopted }> {
  const staging = makeStaging(record.places.state)
  try {
    const staged = await stageArchive(path, staging)
    return { manifest: staged.manifest, adopted: await adoptArchive(record, staged, path) }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}
