import type { Tool } from '../../engine/ports/tools.ts'
import { createEditTool } from './edit.ts'
import type { EditInput } from './edit.ts'
import { createListTool } from './list.ts'
import type { ListInput } from './list.ts'
import { createPatchTool } from './patch.ts'
import type { PatchInput } from './patch.ts'
import { createReadTool } from './read.ts'
import type { ReadInput } from './read.ts'
import { createRecollection } from './read-before.ts'
import { createWriteTool } from './write.ts'
import type { WriteInput } from './write.ts'

export interface FileTools {
  readonly read: Tool<ReadInput>
  readonly list: Tool<ListInput>
  readonly edit: Tool<EditInput>
  readonly patch: Tool<PatchInput>
  readonly write: Tool<WriteInput>
}

/** The file tools of one run. They share what was seen, so that a stale edit can be answered with what changed. */
export function createFileTools(): FileTools {
  const recollection = createRecollection()
  return {
    read: createReadTool(recollection),
    list: createListTool(),
    edit: createEditTool(recollection),
    patch: createPatchTool(recollection),
    write: createWriteTool(recollection),
  }
}
