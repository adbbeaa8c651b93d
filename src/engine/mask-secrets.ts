import type { Sandbox, SandboxMount } from './ports/sandbox.ts'
import { getWorkspace, type RunContext } from './record.ts'

/**
 * The sandbox as the solver's own commands get it: files of the base that hold secrets are covered, so that the shell can
 * no more read them than the file tools can. The harness's own checks see them, because tests may need them.
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
  const secrets = await run.secrets
  if (secrets.length === 0) return []
  const here = new Set(await run.ports.findSecrets(workspace.root, secrets))
  return secrets.filter((path) => here.has(path)).map((path) => ({ mode: 'mask', at: `${workspace.home}/${path}` }))
}
