import type { ResultLab } from '../../../engine/ports/strength.ts'
import type { Survey } from '../lane/lane.ts'

/** Files that are looked at: the tests' own first, then what they run. */
const mostRead = 100
const starting = /['"](?:node:)?(?:child_process|worker_threads|cluster)['"]|['"](?:execa|zx|cross-spawn|shelljs|tinyexec|nano-spawn)['"/]|\b(?:subprocess|multiprocessing|pexpect|ProcessPoolExecutor)\b|\bos\.(?:system|popen|exec\w+|spawn\w+|posix_spawn\w*|fork)\b/

/** May these tests, or what they run, run code in processes or threads of their own? */
export async function startPrograms(files: readonly string[], { tests }: Survey, lab: Pick<ResultLab, 'read'>): Promise<boolean> {
  const ran = tests.flatMap(({ file, covers }) => [file, ...covers.keys()])
  for (const path of [...new Set([...files, ...ran])].filter((each) => each !== '' && !each.includes('node_modules/')).slice(0, mostRead)) if (starting.test((await lab.read(path)) ?? '')) return true
  return false
}
