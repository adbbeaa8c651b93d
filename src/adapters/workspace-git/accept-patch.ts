import fs from 'node:fs'
import path from 'node:path'
import { toMessage } from '../../protocol/fault.ts'
import { refuse, toList, type AcceptGit } from './accept-git.ts'

type FileState = { readonly kind: 'none' } | { readonly kind: 'file' | 'link'; readonly bytes: Buffer; readonly executable: boolean } | { readonly kind: 'other' }
interface Step {
  readonly file: string
  /** What the run began from. */
  readonly from: FileState
  readonly to: FileState
  readonly before: FileState
  readonly after: FileState
}

const maxFiles = 5_000

/** How a refusal calls what is applied, what it says when there is nothing to do, and what it advises on a misfit. */
export interface PatchWords {
  readonly who: string
  readonly nothing: string
  readonly mend: string
  /** Only work it out. */
  readonly dryRun?: boolean
}

/** For what is recorded before it is done, and taken up again where it was cut off. */
export interface PatchSafety {
  /** An earlier attempt was killed in the middle: what it left is taken up and finished. */
  readonly isUnfinished?: boolean
  /** Awaited before the first write, with what will be returned. */
  readonly onReady?: (ends: { readonly from: string; readonly to: string }) => Promise<void>
}
export const acceptWords: PatchWords = { who: 'the result', nothing: 'your files hold everything of the result already; there is nothing to accept', mend: '' }

/**
 * Takes what changed between two commits into the files of the working tree; index and branch stay as they are.
 * A file that was changed meanwhile is merged where the changes do not touch. Worked out whole before the first write, and
 * taken back whole when a write fails. Returns two commits or trees whose difference is exactly what was done: the two
 * commits themselves, or, where files were merged or were partly there, trees of the files as they really were and are,
 * which git keeps for as long as it keeps unreachable objects (two weeks by default). Undefined where an unfinished attempt had done everything.
 * @throws Fault `accept-refused` naming the files that do not fit, or when there is nothing to do.
 */
export async function applyPatch(git: AcceptGit, base: string, commit: string, words: PatchWords & PatchSafety = acceptWords): Promise<{ readonly from: string; readonly to: string } | undefined> {
  if (words.isUnfinished) await clearLeft(git, base, commit)
  const { steps, misfits, total } = await planPatch(git, base, commit)
  if (misfits.length > 0) throw refuse(`${words.who} does not fit your files ${toList(misfits)}: they were changed in the same places, or something else is there; nothing was changed${words.mend}`)
  if (steps.length === 0 && words.isUnfinished) return undefined
  if (steps.length === 0) throw refuse(words.nothing)
  if (words.dryRun === true) return { from: base, to: commit }
  const isExact = steps.length === total && steps.every((step) => isEqual(step.before, step.from) && isEqual(step.after, step.to))
  const ends = isExact ? { from: base, to: commit } : { from: await writeTree(git, steps, (step) => step.before), to: await writeTree(git, steps, (step) => step.after) }
  await words.onReady?.(ends)
  // Deletions first: a file may have to give way to a directory.
  write(git.root, [...steps].sort((a, b) => Number(b.after.kind === 'none') - Number(a.after.kind === 'none')))
  return ends
}

/** Are the files as the result has them? */
export async function holdsPatch(git: AcceptGit, base: string, commit: string): Promise<boolean> {
  const { steps, misfits } = await planPatch(git, base, commit)
  return steps.length === 0 && misfits.length === 0
}

/** What has to be done to each file, and which files the result does not fit. */
async function planPatch(git: AcceptGit, base: string, commit: string): Promise<{ readonly steps: readonly Step[]; readonly misfits: readonly string[]; readonly total: number }> {
  const fields = (await git.ask(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', base, commit])).split('\0')
  const steps: Step[] = []
  const misfits: string[] = []
  if (fields.length / 2 > maxFiles) throw refuse(`the result changes more than ${maxFiles} files; accept it with --strategy squash`)
  const deleted = new Set<string>()
  for (let at = 0; at + 1 < fields.length; at += 2) if (fields[at]?.endsWith(' D') === true) deleted.add(fields[at + 1] ?? '')
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeFrom = '', modeTo = '', oidFrom = '', oidTo = ''] = (fields[at] ?? '').slice(1).split(' ')
    const file = fields[at + 1] ?? ''
    if (modeFrom === '160000' || modeTo === '160000') {
      misfits.push(file)
      continue
    }
    const from = await readCommitted(git, file, modeFrom, oidFrom)
    const to = await readCommitted(git, file, modeTo, oidTo)
    const before = readWorking(git.root, file, deleted)
    const after = await fit(git, { before, from, to })
    if (after === undefined) misfits.push(file)
    else if (!isEqual(after, before)) steps.push({ file, from, to, before, after })
  }
  return { steps, misfits, total: Math.floor(fields.length / 2) }
}

/** The files of the steps and no others, in the form in which git stores them, kept in the person's repository. */
async function writeTree(git: AcceptGit, steps: readonly Step[], pick: (step: Step) => FileState): Promise<string> {
  const env = { GIT_INDEX_FILE: path.join(git.scratch, 'undo-index') }
  const lines: string[] = []
  for (const step of steps) {
    const state = pick(step)
    if (state.kind !== 'file' && state.kind !== 'link') continue
    const how = state.kind === 'link' ? ['--no-filters'] : [`--path=${step.file}`]
    const { stdout } = await git.git(['hash-object', '-w', '--stdin', ...how], { stdin: state.bytes })
    const mode = state.kind === 'link' ? '120000' : state.executable ? '100755' : '100644'
    lines.push(`${mode} ${stdout.toString('latin1').trim()}\t${step.file}\0`)
  }
  await git.git(['read-tree', '--empty'], { env })
  await git.git(['update-index', '-z', '--index-info'], { env, stdin: lines.join('') })
  return (await git.git(['write-tree'], { env })).stdout.toString('latin1').trim()
}

async function readCommitted(git: AcceptGit, file: string, mode: string, oid: string): Promise<FileState> {
  if (mode === '000000') return { kind: 'none' }
  if (mode === '120000') return { kind: 'link', bytes: (await git.trial(['cat-file', 'blob', oid])).stdout, executable: false }
  return { kind: 'file', bytes: (await git.trial(['cat-file', '--filters', `--path=${file}`, oid])).stdout, executable: mode === '100755' }
}

function readWorking(root: string, file: string, deleted: ReadonlySet<string>): FileState {
  const names = file.split('/')
  for (let depth = 1; depth < names.length; depth++) {
    const parent = names.slice(0, depth).join('/')
    const stats = fs.lstatSync(path.join(root, parent), { throwIfNoEntry: false })
    if (stats === undefined) return { kind: 'none' }
    // A link or file where a directory should be is in the way, unless the result takes it away.
    if (!stats.isDirectory()) return { kind: deleted.has(parent) ? 'none' : 'other' }
  }
  const at = path.join(root, file)
  const stats = fs.lstatSync(at, { throwIfNoEntry: false })
  if (stats === undefined) return { kind: 'none' }
  if (stats.isSymbolicLink()) return { kind: 'link', bytes: fs.readlinkSync(at, { encoding: 'buffer' }), executable: false }
  return stats.isFile() ? { kind: 'file', bytes: fs.readFileSync(at), executable: (stats.mode & 0o100) !== 0 } : { kind: 'other' }
}

function isEqual(a: FileState, b: FileState): boolean {
  if (a.kind === 'none' || a.kind === 'other' || b.kind === 'none' || b.kind === 'other') return a.kind === b.kind
  return a.kind === b.kind && a.executable === b.executable && a.bytes.equals(b.bytes)
}

/** What the file should become; undefined where that cannot be told. */
async function fit(git: AcceptGit, file: { before: FileState; from: FileState; to: FileState }): Promise<FileState | undefined> {
  const { before, from, to } = file
  if (isEqual(before, from) || isEqual(before, to)) return to
  if (before.kind !== 'file' || from.kind !== 'file' || to.kind !== 'file') return undefined
  const executable = from.executable === to.executable ? before.executable : to.executable
  if (from.bytes.equals(before.bytes)) return { ...to, executable }
  const [mine, old, theirs] = ([['mine', before.bytes], ['old', from.bytes], ['theirs', to.bytes]] as const).map(([name, bytes]) => {
    const at = path.join(git.scratch, name)
    fs.writeFileSync(at, bytes)
    return at
  })
  const merged = await git.trial(['merge-file', '-p', '-q', mine ?? '', old ?? '', theirs ?? ''], { accepts: Array.from({ length: 255 }, (_, code) => code + 1) })
  return merged.code === 0 ? { kind: 'file', bytes: merged.stdout, executable } : undefined
}

/** What one step did, so that it can be taken back with times and permissions as they were. */
interface Done {
  readonly at: string
  old: string | undefined
  hasNew: boolean
  readonly made: string[]
}

function write(root: string, steps: readonly Step[]): void {
  const all: Done[] = []
  try {
    for (const step of steps) {
      const done: Done = { at: path.join(root, step.file), old: undefined, hasNew: false, made: [] }
      all.push(done)
      place(done, step.after)
    }
  } catch (thrown) {
    for (const done of all.reverse()) {
      if (done.old !== undefined) {
        fs.renameSync(done.old, done.at)
        // Two names of one file stay two names.
        fs.rmSync(done.old, { force: true })
      } else if (done.hasNew) fs.rmSync(done.at)
      for (const directory of done.made) if (fs.existsSync(directory)) fs.rmdirSync(directory)
    }
    throw refuse(`the files could not be written (${toMessage(thrown)}); what was written was taken back`)
  }
  for (const { old } of all) if (old !== undefined) fs.rmSync(old)
  for (const step of steps) if (step.after.kind === 'none') removeEmptyParents(root, step.file)
}

/** What a killed attempt left beside the files: drafts, and old files whose new ones are in place or were to be gone. */
async function clearLeft(git: AcceptGit, base: string, commit: string): Promise<void> {
  const files = (await git.ask(['diff-tree', '-r', '-z', '--no-renames', '--name-only', base, commit])).split('\0').filter((file) => file !== '')
  for (const file of files) {
    const at = path.join(git.root, file)
    const directory = path.dirname(at)
    if (!fs.existsSync(directory)) continue
    const ours = new RegExp(`^\\.writ-\\d+-${path.basename(at).slice(0, 100).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\.old)?$`)
    for (const name of fs.readdirSync(directory).filter((each) => ours.test(each))) fs.rmSync(path.join(directory, name), { force: true })
    removeEmptyParents(git.root, file)
  }
}

/**
 * The new file is written beside the old one and renamed over it, so that nobody ever sees half of it or none, however the
 * process ends. The old one keeps a second name until all is done.
 */
function place(done: Done, state: FileState): void {
  const beside = path.join(path.dirname(done.at), `.writ-${process.pid}-${path.basename(done.at).slice(0, 100)}`)
  const before = fs.lstatSync(done.at, { throwIfNoEntry: false })
  if (state.kind === 'file' || state.kind === 'link') {
    const first = fs.mkdirSync(path.dirname(done.at), { recursive: true })
    for (let directory = path.dirname(done.at); first !== undefined && directory.length >= first.length; directory = path.dirname(directory)) done.made.push(directory)
    if (state.kind === 'link') fs.symlinkSync(state.bytes, beside)
    else fs.writeFileSync(beside, state.bytes, { flag: 'wx', mode: state.executable ? 0o777 : 0o666 })
    if (before?.isFile() && state.kind === 'file') {
      const bits = before.mode & 0o777
      fs.chmodSync(beside, state.executable ? bits | ((bits & 0o444) >> 2) : bits & ~0o111)
    }
  }
  try {
    if (before !== undefined) {
      const old = `${beside}.old`
      if (state.kind === 'none') fs.renameSync(done.at, old)
      else keep(done.at, old, before)
      done.old = old
    }
    if (state.kind === 'none') return
    fs.renameSync(beside, done.at)
    done.hasNew = true
  } finally {
    if (!done.hasNew) fs.rmSync(beside, { force: true })
  }
}

function keep(at: string, old: string, before: fs.Stats): void {
  if (before.isSymbolicLink()) return fs.symlinkSync(fs.readlinkSync(at, { encoding: 'buffer' }), old)
  try {
    fs.linkSync(at, old)
  } catch {
    // A file system without links: a copy serves as well.
    fs.cpSync(at, old, { preserveTimestamps: true, errorOnExist: true })
  }
}

function removeEmptyParents(root: string, file: string): void {
  for (let directory = path.dirname(path.join(root, file)); directory.startsWith(`${root}/`); directory = path.dirname(directory)) {
    if (!fs.existsSync(directory)) continue
    if (fs.readdirSync(directory).length > 0) return
    fs.rmdirSync(directory)
  }
}
