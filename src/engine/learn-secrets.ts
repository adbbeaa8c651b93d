import { getWorkspace, type RunContext } from './record.ts'

/**
 * Reads the files that hold secrets, once for each process, so that their values are masked wherever they appear. Waited for
 * before anything of the workspace is run, read or surveyed.
 */
export function learnSecrets(run: RunContext): Promise<void> {
  run.learned ??= learn(run)
  return run.learned
}

async function learn(run: RunContext): Promise<void> {
  const { learnSecretFiles } = run.ports
  const { opened } = run.state
  if (learnSecretFiles === undefined || !opened) return
  const workspace = getWorkspace(run)
  run.secrets ??= workspace.listAt(workspace.base.tree).then((paths) => run.ports.findSecrets(workspace.root, paths))
  await learnSecretFiles({ root: workspace.root, repository: opened.repository.root, paths: await run.secrets })
}
