import { findRoot } from './compose.ts'
import { findRootAround } from './read-run.ts'

/** The repository that a command about this place is about; undefined outside of any. */
export async function findRepositoryOf(repo: string | undefined): Promise<string | undefined> {
  return repo === undefined ? findRootAround(process.cwd()) : findRoot(repo)
}
