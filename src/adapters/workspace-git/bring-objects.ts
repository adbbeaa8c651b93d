import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { toCode } from './directory-handle.ts'

/**
 * Puts a run's own objects (snapshots, commits, a base of uncommitted changes) into another's object directory. Objects never
 * change, so that a second name for the same file is enough where the file system has those; either run may be removed. `owner`
 * is whose they are, for the message.
 * @throws Fault `run-corrupt` where they are not there any more.
 */
export function bringObjects(from: string, to: string, owner: string): void {
  if (!fs.existsSync(from)) throw new Fault('run-corrupt', `the snapshots of ${owner} are not here any more (${from} is missing), so nothing can go on from them`)
  for (const folder of fs.readdirSync(from)) {
    if (!/^[0-9a-f]{2}$/.test(folder) && folder !== 'pack') continue
    fs.mkdirSync(path.join(to, folder), { recursive: true })
    for (const name of fs.readdirSync(path.join(from, folder))) {
      if (folder === 'pack' ? /^pack-[0-9a-f]+\.(pack|idx|rev)$/.test(name) : /^[0-9a-f]{38,62}$/.test(name)) bringFile(path.join(from, folder, name), path.join(to, folder, name))
    }
  }
}

function bringFile(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (thrown) {
    if (toCode(thrown) === 'EEXIST') return
    // Another file system, or one without such links: a whole copy gets its name at the end.
    fs.copyFileSync(from, `${to}.new`)
    fs.renameSync(`${to}.new`, to)
  }
}
