import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHistory, type History } from '../../adapters/dependency-npm/git-history.ts'
import { readPackageText, tryDependencies, type Tried } from '../../adapters/dependency-npm/try-dependencies.ts'
import { findLost, findUsedNames, isImporting } from '../../domain/dependency/feature-use.ts'
import { findFirstBad, type Trial } from '../../domain/dependency/find-first-bad.ts'
import { compareLocks, findDependents, readLock, takeBack, takeRange, takeRanges, type Lock, type VersionChange } from '../../domain/dependency/lockfile.ts'
import { describeRollback } from '../../domain/dependency/rollback-note.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { findRoot, openSandbox } from '../compose.ts'
import { openAdvisoryQuestions, type AdvisoryQuestions } from '../dependency-advisories.ts'
import { getPlaces } from '../places.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'

export interface DependencyFaultOptions {
  readonly check?: string
  readonly repo?: string
  /** Hosts of registries. */
  readonly net?: readonly string[]
  /** Seconds for an installation, and for the check. */
  readonly timeout?: number
  readonly json?: boolean
  /** Where advisories come from, instead of the policy's `validation.dependencies.advisories`. */
  readonly advisories?: string
}

const manifestPath = 'package.json'
const lockPath = 'package-lock.json'
const otherLocks = ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', 'poetry.lock', 'uv.lock', 'Pipfile.lock', 'requirements.txt', 'Cargo.lock', 'go.sum', 'Gemfile.lock']
/** Bounds: sets of dependencies that are installed, and packages that are taken back one by one. */
const most = { trials: 16, packages: 8, sources: 2000 }

interface State {
  readonly commit: string
  readonly lock: Lock
  readonly manifest: Record<string, unknown>
}

type Found =
  | { readonly kind: 'not-found'; readonly why: string }
  | { readonly kind: 'suspects'; readonly why: string; readonly broughtBy: string; readonly suspects: readonly VersionChange[] }
  | { readonly kind: 'culprit'; readonly culprit: VersionChange; readonly broughtBy: string; readonly branch: string; readonly commit: string; readonly note: readonly string[] }

/**
 * `writ dependency-fault`: which change of a dependency made the check fail? Prepares a rollback as a branch and leaves it to the person.
 * Exit code: 3 where a draft waits for a person, 1 where none was found, 2 where the request is wrong.
 */
export async function dependencyFaultCommand(options: DependencyFaultOptions): Promise<number> {
  const root = await findRoot(options.repo ?? process.cwd())
  const sandbox = await openSandbox(getPlaces(process.env))
  await sandbox.ready()
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Fault('cancelled', 'interrupted'))
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, stop)
  const base = mkdtempSync(join(tmpdir(), `writ-dependencies-${process.pid}-`))
  try {
    const history = openHistory(root)
    const say = (text: string): void => void process.stderr.write(`writ: ${oneLine(text, 600)}\n`)
    const trials = openTrials({ base, root, history, sandbox, options, signal: controller.signal, say })
    const advisories = await openAdvisoryQuestions(options.advisories, { repo: options.repo, files: { files: () => history.files('HEAD'), read: (path) => history.read('HEAD', path) }, signal: controller.signal })
    const found = await find({ history, trials, advisories }, options.check ?? 'npm test')
    return await whilePrinting(async () => {
      await print(options.json ? `${JSON.stringify(found, undefined, 2)}\n` : describe(found))
      return found.kind === 'culprit' ? exitCodes.waiting : exitCodes['not-achieved']
    })
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

function describe(found: Found): string {
  switch (found.kind) {
    case 'not-found':
      return `No change of a dependency was found to be the cause: ${found.why}.\n`
    case 'suspects':
      return [`The check fails since commit ${found.broughtBy.slice(0, 10)}, and ${found.why}. It changed:`, ...found.suspects.map(({ name, from, to }) => `  ${name}  ${from ?? 'not there'} -> ${to ?? 'not there'}`), ''].join('\n')
    case 'culprit':
      return [
        ...found.note, '', `A rollback is prepared as a draft: branch ${found.branch} (${found.commit.slice(0, 10)}). Nothing else was changed. Is this what you want?`,
        `  look   git diff HEAD...${found.branch}`, `  take   git merge ${found.branch} && npm ci`, `  drop   git branch -D ${found.branch}`, '',
      ].join('\n')
  }
}

interface Ways {
  readonly history: History
  readonly trials: Trials
  readonly advisories: AdvisoryQuestions
}

interface Trials {
  readonly count: () => number
  try(key: string, lock: Lock, manifest: Readonly<Record<string, unknown>>, sources: readonly string[], check: string): Promise<Tried & { readonly folder: string }>
}

function openTrials(parts: { base: string; root: string; history: History; sandbox: Awaited<ReturnType<typeof openSandbox>>; options: DependencyFaultOptions; signal: AbortSignal; say: (text: string) => void }): Trials {
  const { base, root, history, sandbox, options, signal, say } = parts
  const cache = process.env['npm_config_cache'] ?? join(homedir(), '.npm')
  let count = 0
  return {
    count: () => count,
    try: async (key, lock, manifest, sources, check) => {
      if (count >= most.trials) return { trial: 'unknown', said: `${most.trials} sets of dependencies were tried already`, folder: base }
      count += 1
      const folder = join(base, String(count))
      mkdirSync(folder)
      await history.unpack('HEAD', folder)
      const files = new Map<string, string | Uint8Array>([[manifestPath, toText(manifest)], [lockPath, toText(lock)]])
      for (const { resolved } of Object.values(lock.packages)) {
        const path = resolved?.startsWith('file:') ? resolved.slice('file:'.length) : undefined
        if (path === undefined || path.startsWith('/') || path.split('/').includes('..')) continue
        for (const commit of sources) {
          const bytes = await history.read(commit, path)
          if (bytes !== undefined && !files.has(path)) files.set(path, bytes)
        }
      }
      const tried = await tryDependencies({ sandbox, at: root, folder, files, check, cache: existsSync(cache) ? cache : undefined, hosts: options.net ?? [], timeoutMs: (options.timeout ?? 300) * 1000, signal })
      say(`${key}: ${tried.trial === 'unknown' ? `cannot be installed (${tried.said})` : tried.trial === 'passes' ? 'the check passes' : 'the check fails'}`)
      return { ...tried, folder }
    },
  }
}

async function find(ways: Ways, check: string): Promise<Found> {
  const { history, trials } = ways
  const head = await readState(history, 'HEAD')
  const states: State[] = [head]
  for (const commit of await history.states([lockPath])) {
    const state = await readState(history, commit).catch((error: unknown) => {
      if (error instanceof Fault) return undefined
      throw error
    })
    if (state && (states.length === 1 || compareLocks(state.lock, states.at(-1)?.lock ?? state.lock).length > 0)) states.push(state)
  }
  // The newest commit that changed the lockfile is what HEAD has: its number is 0 beside HEAD's own content.
  if (states[1] && compareLocks(states[1].lock, head.lock).length === 0) states.splice(0, 2, { ...head, commit: states[1].commit })
  const tried = new Map<number, Trial>()
  const now = await trials.try('as it is', head.lock, head.manifest, ['HEAD'], check)
  if (now.trial === 'unknown') return { kind: 'not-found', why: `the dependencies as they are cannot be installed (${now.said}); without network, everything must be in npm's cache or in the repository (--net HOST grants a registry)` }
  if (now.trial === 'passes') return { kind: 'not-found', why: `${check} passes with the dependencies as they are` }
  tried.set(0, 'fails')
  if (states.length === 1) return { kind: 'not-found', why: 'the lockfile has no earlier state in the history' }
  for (;;) {
    const search = findFirstBad(states.length, tried)
    if ('none' in search) return { kind: 'not-found', why: search.none }
    if ('good' in search) return narrow(ways, { head, now, good: states[search.good] ?? head, bad: states[search.bad] ?? head, check })
    const state = states[search.next]
    if (state === undefined) throw new Error('a state that is tried next is one of those that are there')
    const { trial } = await trials.try(`dependencies as in ${state.commit.slice(0, 10)}`, state.lock, takeRanges(head.manifest, state.manifest), [state.commit], check)
    tried.set(search.next, trial)
  }
}

/** Of all that changed with one commit, which package alone, taken back, lets the check pass? */
async function narrow({ history, trials, advisories }: Ways, parts: { head: State; now: { folder: string }; good: State; bad: State; check: string }): Promise<Found> {
  const { head, good, bad, check } = parts
  const changed = compareLocks(good.lock, bad.lock)
  for (const culprit of changed.filter(({ from }) => from !== undefined).slice(0, most.packages)) {
    const lock = takeBack(head.lock, good.lock, culprit.name)
    const manifest = takeRange(head.manifest, good.manifest, culprit.name)
    const alone = await trials.try(`${culprit.name} ${culprit.from ?? ''} alone`, lock, manifest, ['HEAD', good.commit], check)
    if (alone.trial !== 'passes') continue
    const [newer, older] = [readPackageText(parts.now.folder, culprit.name), readPackageText(alone.folder, culprit.name)]
    const { files, used } = await findUse(history, culprit.name)
    const current = head.lock.packages[`node_modules/${culprit.name}`]?.version
    const note = describeRollback({
      culprit: { ...culprit, ...(current ? { to: current } : {}) }, advisories: await advisories.ask(culprit.name, culprit.from, current ?? culprit.to), broughtBy: bad.commit, check, dependents: findDependents(head.lock, culprit.name), files, tried: trials.count(),
      lost: newer === undefined || older === undefined ? undefined : findLost(used, newer, older),
    })
    const branch = await findFreeName(history, `writ/rollback-${culprit.name.replaceAll(/[^\w.-]+/g, '-').replace(/^-/, '')}-${culprit.from ?? 'out'}`)
    const commit = await history.draft(branch, 'HEAD', new Map([[manifestPath, toText(manifest)], [lockPath, toText(lock)]]), `Take ${culprit.name} back to ${culprit.from ?? 'what it was'}\n\n${note.join('\n')}\n`)
    return { kind: 'culprit', culprit, broughtBy: bad.commit, branch, commit, note }
  }
  return { kind: 'suspects', why: 'none of its packages alone, taken back, lets it pass', broughtBy: bad.commit, suspects: changed }
}

/** Drafts of earlier times stay as they are. */
async function findFreeName(history: History, name: string): Promise<string> {
  const taken = new Set(await history.branches('writ/'))
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`
  return free
}

async function findUse(history: History, name: string): Promise<{ files: string[]; used: string[] }> {
  const files: string[] = []
  const used = new Set<string>()
  const sources = (await history.files('HEAD')).filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !/(^|\/)node_modules\//.test(path)).slice(0, most.sources)
  for (const path of sources) {
    const text = (await history.read('HEAD', path))?.toString('utf8') ?? ''
    if (!isImporting(text, name)) continue
    files.push(path)
    for (const each of findUsedNames(text, name)) used.add(each)
  }
  return { files, used: [...used] }
}

/** @throws Fault `request-invalid` where what lies there is not known. */
async function readState(history: History, commit: string): Promise<State> {
  const [lockText, manifestText] = [await history.read(commit, lockPath), await history.read(commit, manifestPath)]
  if (lockText === undefined || manifestText === undefined) {
    const others = (await history.files(commit)).filter((path) => otherLocks.includes(path))
    throw new Fault('request-invalid', others.length > 0 ? `the history of ${others.join(' and ')} is not known here: only npm's package-lock.json, versions 2 and 3, can be looked through` : `there is no ${lockPath} with a ${manifestPath} at the root of the repository's newest commit`)
  }
  const lock = readLock(lockText.toString('utf8'))
  if ('unknown' in lock) throw new Fault('request-invalid', String(lock.unknown))
  try {
    return { commit, lock, manifest: JSON.parse(manifestText.toString('utf8')) as Record<string, unknown> }
  } catch (error) {
    throw new Fault('request-invalid', `${manifestPath} of ${commit} is not JSON`, { cause: error })
  }
}

function toText(json: unknown): string {
  return `${JSON.stringify(json, undefined, 2)}\n`
}
