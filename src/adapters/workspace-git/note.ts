import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { createGitProcess, quietFlags, toFirstLine, toSealedEnv, type GitAnswer, type GitCall } from './git-process.ts'
import { getPersonRepository, type PersonRepository } from './person-repository.ts'

/** The only ref that notes are written to. `git log --notes=writ` shows them; `git push origin refs/notes/writ` takes them along. */
export const notesRef = 'refs/notes/writ'

/** Somebody else may write a note in the same moment; so often in a row is no accident. */
const mostAttempts = 20
const mostNoteBytes = 64 * 1024 * 1024

type InNotes = (args: readonly string[], extra?: Partial<GitCall>) => Promise<GitAnswer>

/**
 * Attaches a text to commits, in place of what was attached before. Objects go where the person's are; the ref is worked out in a
 * scratch directory and moved by compare-and-swap, so that nothing else of the repository changes and no note of somebody
 * else is lost. Commits that are not there are passed over. @throws Fault `git-failed`.
 */
export async function writeNotes(options: { readonly repository: string; readonly commits: readonly string[]; readonly text: string; readonly env: Readonly<Record<string, string | undefined>> }): Promise<void> {
  const person = await openPerson(options.repository, options.env)
  if (!person) return
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-note-'))
  try {
    const { inScratch, inPerson } = openNotes(person, scratch, options.env)
    const there: string[] = []
    for (const commit of options.commits) if ((await inPerson(['cat-file', '-e', `${commit}^{commit}`], { accepts: [1, 128] })).code === 0) there.push(commit)
    if (there.length === 0) return
    for (let attempt = 1; ; attempt += 1) {
      const before = await readRef(inPerson)
      await inScratch(before === undefined ? ['update-ref', '-d', notesRef] : ['update-ref', notesRef, before])
      for (const commit of there) await inScratch(['notes', `--ref=${notesRef}`, 'add', '-f', '-F', '-', commit], { stdin: options.text })
      const after = (await inScratch(['rev-parse', '--verify', '-q', notesRef])).stdout.toString('latin1').trim()
      const moved = await inPerson(['update-ref', '-m', 'writ: attestation', notesRef, after, before ?? '0'.repeat(after.length)], { accepts: [1, 128] })
      if (moved.code === 0) return
      if (attempt === mostAttempts) throw new Fault('git-failed', `git update-ref could not move ${notesRef} in '${person.root}': ${toFirstLine(moved.stderr)}; the record is whole, and writ verify --attest writes the note again`)
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

/** What is attached to a commit; undefined where nothing is, or the repository is not there. @throws Fault `git-failed`. */
export async function findNote(options: { readonly repository: string; readonly commit: string; readonly env: Readonly<Record<string, string | undefined>> }): Promise<string | undefined> {
  const person = await openPerson(options.repository, options.env)
  if (!person) return undefined
  const { inPerson } = openNotes(person, person.commonDir, options.env)
  if ((await readRef(inPerson)) === undefined) return undefined
  const shown = await inPerson(['notes', `--ref=${notesRef}`, 'show', options.commit], { accepts: [1, 128], maxBytes: mostNoteBytes })
  return shown.code === 0 ? shown.stdout.toString('utf8') : undefined
}

async function readRef(inPerson: InNotes): Promise<string | undefined> {
  const found = await inPerson(['rev-parse', '--verify', '-q', notesRef], { accepts: [1] })
  return found.code === 0 ? found.stdout.toString('latin1').trim() : undefined
}

/** Two views of one repository: its own refs, and refs of our own over the same objects. */
function openNotes(person: PersonRepository, scratch: string, env: Readonly<Record<string, string | undefined>>): { inScratch: InNotes; inPerson: InNotes } {
  const runGit = createGitProcess('git')
  const { uid, gid } = fs.statSync(person.commonDir)
  // Root works on somebody else's repository as that user, or they could not write their own notes afterwards.
  const owner = process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : undefined
  const names = { GIT_AUTHOR_NAME: 'Writ', GIT_AUTHOR_EMAIL: 'writ@localhost', GIT_COMMITTER_NAME: 'Writ', GIT_COMMITTER_EMAIL: 'writ@localhost' }
  if (scratch !== person.commonDir) {
    fs.mkdirSync(path.join(scratch, 'refs'))
    fs.mkdirSync(path.join(scratch, 'objects'))
    fs.writeFileSync(path.join(scratch, 'HEAD'), 'ref: refs/heads/none\n')
    fs.writeFileSync(path.join(scratch, 'config'), `[core]\n\trepositoryformatversion = ${person.format === 'sha1' ? 0 : 1}\n\tbare = true\n${person.format === 'sha1' ? '' : '[extensions]\n\tobjectformat = sha256\n'}`)
    if (owner) for (const name of ['', 'refs', 'objects', 'HEAD', 'config']) fs.chownSync(path.join(scratch, name), owner.uid, owner.gid)
  }
  const at = (gitDir: string): InNotes => (args, extra = {}) => runGit({
    ...extra, args: [...quietFlags, ...args], cwd: person.commonDir, owner,
    env: toSealedEnv(env, { GIT_DIR: gitDir, ...(gitDir === person.commonDir ? {} : { GIT_OBJECT_DIRECTORY: path.join(person.commonDir, 'objects') }), ...names }),
  })
  return { inScratch: at(scratch), inPerson: at(person.commonDir) }
}

async function openPerson(repository: string, env: Readonly<Record<string, string | undefined>>): Promise<PersonRepository | undefined> {
  try {
    return await getPersonRepository(repository, { runGit: createGitProcess('git'), env })
  } catch (error) {
    // Moved or deleted since: there is nowhere to attach anything.
    if (error instanceof Fault && error.code === 'repository-unusable') return undefined
    throw error
  }
}
