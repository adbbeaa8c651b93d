import type { Workspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { WorkspacePool } from '../../engine/ports/workspace-pool.ts'
import { toMessage } from '../../protocol/fault.ts'

/**
 * What a run and its children make their workspaces with, so that the children's come from a pool. It is filled beside the run, from
 * when it has a workspace until it is done with that.
 */
export function poolWorkspaces(workspaces: Workspaces, pool: WorkspacePool, options: { readonly count: number; readonly note: (text: string) => void }): { readonly parent: Workspaces; readonly child: Workspaces } {
  const keepReady = (workspace: Workspace): Workspace => {
    const filling = new AbortController()
    const filled = pool.fill(options.count, workspace.base.commit, filling.signal).catch((thrown: unknown) => options.note(`no workspaces are kept ready: ${toMessage(thrown)}`))
    return {
      ...workspace,
      dispose: async () => {
        filling.abort()
        await filled
        await pool.dispose()
        await workspace.dispose()
      },
    }
  }
  return {
    parent: { ...workspaces, create: async (asked) => keepReady(await workspaces.create(asked)), reopen: async (asked) => keepReady(await workspaces.reopen(asked)) },
    child: { ...workspaces, create: (asked) => pool.start(asked) },
  }
}
