import type { FileBytes, FileText } from './file-content.ts'
import { MAX_WHOLE_BYTES, findBinaryKind, findFileBytes, findText, toSize } from './file-content.ts'
import type { ResolvedPath } from './resolve-path.ts'

export type LoadedText =
  | { readonly ok: true; readonly file: FileBytes; readonly content: FileText }
  | { readonly ok: false; readonly problem: string }

/** The text of an existing file that is about to be changed, or why it cannot be. */
export async function loadText(resolved: ResolvedPath): Promise<LoadedText> {
  if (resolved.kind === 'directory') return { ok: false, problem: `${resolved.path} is a directory.` }
  if (resolved.bytes > MAX_WHOLE_BYTES) return { ok: false, problem: `${resolved.path} is ${toSize(resolved.bytes)}, too large to edit here. Use a program in shell.` }
  const file = await findFileBytes(resolved)
  if (file === undefined) return { ok: false, problem: `${resolved.path} does not exist.` }
  const content = findText(file.bytes)
  if (content !== undefined) return { ok: true, file, content }
  const kind = findBinaryKind(file.bytes) ?? 'binary data'
  return { ok: false, problem: `${resolved.path} is ${kind} (${toSize(file.bytes.length)}), not text. Use a program in shell to change it.` }
}
