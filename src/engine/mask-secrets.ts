import { coverFolders, foldersOf } from '../domain/policy/cover-folders.ts'
import { findClosed } from './may-read.ts'
import type { Sandbox, SandboxMount } from './ports/sandbox.ts'
import { getWorkspace, type RunContext } from './record.ts'

/**
 * The sandbox as the solver's own commands get it: files of the base that hold secrets, or that the policy does not let it read,
 * are covered, so that no program reads what the file tools cannot, by whatever way it comes to it. The harness's own checks see
 * them, because tests may need them.
 */
export function maskSecrets(run: RunContext): Sandbox {
  const { sandbox } = run.ports
  return {
    driver: sandbox.driver,
    profileHash: sandbox.profileHash,
    ready: () => sandbox.ready(),
    probe: () => sandbox.probe(),
    run: async (command, signal) => {
      const masks = await findMasks(run)
      return sandbox.run(masks.length === 0 ? command : { ...command, mounts: [...command.mounts, ...masks] }, signal)
    },
  }
}

async function findMasks(run: RunContext): Promise<SandboxMount[]> {
  const workspace = getWorkspace(run)
  run.secrets ??= workspace.listAt(workspace.base.tree).then((paths) => run.ports.findSecrets(workspace.root, paths))
  run.closed ??= workspace.listAt(workspace.base.tree).then(async (paths) => coverFolders(await findClosed(run, paths), paths))
  const [secrets, closed] = await Promise.all([run.secrets, run.closed])
  const here = secrets.length === 0 ? [] : await run.ports.findSecrets(workspace.root, secrets)
  const at = (mode: 'hold' | 'mask', paths: Iterable<string>): SandboxMount[] => [...new Set(paths)].map((path) => ({ mode, at: `${workspace.home}/${path}` }))
  // Under a new name of its folder, what is covered would lie open for the next command.
  return [...at('hold', closed.flatMap(foldersOf)), ...at('mask', [...here, ...closed])]
}
