import fs from 'node:fs'
import { Fault } from '../../protocol/fault.ts'
import { findDirectory, makeDirectory, removeEntry } from './directory-handle.ts'
import { toBytes } from './tree-object.ts'

/** Writes below the root and nowhere else, whatever links the tree holds. An executable file stays one. */
export function writeFiles(root: string, files: ReadonlyMap<string, Uint8Array | undefined>): void {
  for (const [file, content] of files) {
    const names = toBytes(file).split('/')
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0')) || names[0] === '.git') {
      throw new Fault('request-invalid', `'${file}' is not a path inside the repository`)
    }
    const name = names.at(-1) ?? ''
    const parent = content === undefined ? findDirectory(root, names.slice(0, -1)) : makeDirectory(root, names.slice(0, -1), { replace: true })
    if (parent === undefined) continue
    try {
      const stats = fs.lstatSync(parent.at(name), { throwIfNoEntry: false })
      const isExecutable = stats?.isFile() === true && (stats.mode & 0o100) !== 0
      removeEntry(parent, name)
      if (content !== undefined) fs.writeFileSync(parent.at(name), content, { flag: 'wx', mode: isExecutable ? 0o777 : 0o666 })
    } finally {
      parent.close()
    }
  }
}
