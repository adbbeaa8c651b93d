import { Fault, toMessage } from '../../protocol/fault.ts'
import type { ToolResult } from '../../engine/ports/tools.ts'
import { Conflict } from './apply-changes.ts'

/** What is wrong with the disk itself rather than with the call: no other call would fare better. */
const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'])

/**
 * Runs a file tool and turns what the file system refused into an answer for the model: no right to read, a link where
 * a directory was, a name that is too long. @throws Fault `disk-failed` for a full or failing disk.
 */
export async function withFileProblems(doing: string, run: () => Promise<ToolResult>): Promise<ToolResult> {
  try {
    return await run()
  } catch (thrown) {
    if (thrown instanceof Conflict) return { ok: false, text: thrown.message }
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw thrown
    if (DISK_CODES.has(code)) throw new Fault('disk-failed', `${doing} failed: ${toMessage(thrown)}. Free space or mend the disk, then resume the run.`, { cause: thrown })
    return { ok: false, text: `${doing} failed: ${toReason(code)}. Nothing was changed.` }
  }
}

function toReason(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'ENOENT': return 'it has just been removed'
    case 'ENAMETOOLONG': return 'the name is too long for the disk'
    case 'ELOOP':
    case 'ENOTDIR':
      return 'a part of the path is a file or a symbolic link now'
    case 'EISDIR': return 'it is a directory'
    case 'EROFS': return 'the disk is read-only there'
    default: return code
  }
}
