import path from 'node:path'
import type { RunId } from '../../protocol/ids.ts'
import { createGitProcess, type RunGit } from './git-process.ts'
import { getPersonRepository, requireStateOutside, type PersonRepository } from './person-repository.ts'
import { openPrivateRepository, type PrivateRepository } from './private-repository.ts'

/** The repositories of runs that this process works with, each opened once: whoever asks again gets the same. */
export interface RunRepositories {
  readonly stateDir: string
  readonly runGit: RunGit
  open(directory: string, run: RunId): Promise<OpenedRepository>
}

export interface OpenedRepository {
  readonly person: PersonRepository
  /** The run's own git directory, made where it is missing. */
  openPrivate(): Promise<PrivateRepository>
}

export interface RunRepositoriesOptions {
  /** `$XDG_STATE_HOME/writ`. */
  readonly stateDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly gitPath?: string
}

export function createRunRepositories(options: RunRepositoriesOptions): RunRepositories {
  const gitPath = options.gitPath ?? 'git'
  const runGit = createGitProcess(gitPath)
  const stateDir = path.resolve(options.stateDir)
  const opened = new Map<string, Promise<PrivateRepository>>()
  const persons = new Map<string, Promise<PersonRepository>>()
  const open: RunRepositories['open'] = async (directory, run) => {
    const place = path.resolve(directory)
    const asked = persons.get(place) ?? getPersonRepository(place, { runGit, env: options.env })
    persons.set(place, asked)
    // A repository that was not usable may be mended meanwhile.
    asked.catch(() => persons.delete(place))
    const person = await asked
    persons.set(person.root, asked)
    requireStateOutside(person, stateDir)
    return {
      person,
      openPrivate: () => {
        const key = `${run}\n${person.root}`
        const repository = opened.get(key) ?? openPrivateRepository({ stateDir, run, person, runGit, gitPath, env: options.env })
        opened.set(key, repository)
        repository.catch(() => opened.delete(key))
        return repository
      },
    }
  }
  return { stateDir, runGit, open }
}
