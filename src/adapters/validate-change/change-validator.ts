import { isInScope } from '../../domain/contract/in-scope.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import { findConflicts } from '../../domain/validation/conflict-markers.ts'
import { resolveLink } from '../../domain/validation/link-target.ts'
import { findCollisions, findPathFault } from '../../domain/validation/path-faults.ts'
import type { SyntaxTrees } from '../../engine/ports/syntax-trees.ts'
import type { ChangeValidator, Subject, Validator } from '../../engine/ports/validation.ts'
import type { FileMode } from '../../engine/ports/workspace.ts'
import type { Finding } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { findMissingImports } from './missing-imports.ts'

const largeBytes = 5_000_000
/** Pictures and fonts, which belong to many repositories; larger ones are told all the same. */
const media = /\.(png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|pdf)$/i
const mediaBytes = 500_000

type Modes = ReadonlyMap<string, FileMode>

/** Stage 1: does the change apply, does what it names exist, does it stay in scope? */
export function changeValidators(trees: SyntaxTrees): readonly Validator[] {
  return [createChangeValidator(trees)]
}

export function createChangeValidator(trees: SyntaxTrees): ChangeValidator {
  return {
    kind: 'change', id: 'change', stage: 'change', version: '1', quick: true,
    async look(subject) {
      if (subject.changes.length === 0) return undefined
      const [result, base, files] = await Promise.all([subject.modes?.('result'), subject.modes?.('base'), subject.files()])
      const findings = [...findByName(subject, files)]
      for (const change of subject.changes) {
        if (change.kind === 'deleted') continue
        const mode = result?.get(change.path)
        if (mode === '160000') continue
        const bytes = await subject.read(change.path)
        if (bytes === undefined) continue
        if (mode === '120000') findings.push(...judgeLink(change.path, new TextDecoder().decode(bytes), files))
        else findings.push(...judgeContent(change, bytes, await subject.readBase(change.from ?? change.path)), ...judgeExecutable(change, bytes, mode, base))
      }
      if (result !== undefined && base !== undefined) findings.push(...findSubmodules(subject.changes, result, base))
      findings.push(...(await findMissingImports(subject, trees)))
      return { findings, notes: result === undefined ? ['links, executable files and submodules were not looked at: what the files are is not known here'] : [] }
    },
  }
}

/** What the paths alone tell. */
function findByName({ changes, contract }: Subject, files: readonly string[]): readonly Finding[] {
  const findings: Finding[] = []
  const added = changes.flatMap(({ path, kind }) => (kind === 'added' || kind === 'renamed' ? [path] : []))
  for (const path of added) {
    const fault = findPathFault(path)
    if (fault !== undefined) findings.push({ path, ...fault })
    if (/\.(rej|orig)$/.test(path)) findings.push({ path, rule: 'leftover', message: 'is what a merge or patch left behind', severity: 'error' })
  }
  for (const [path, other] of findCollisions(added, files)) findings.push({ path, rule: 'case-collision', message: `differs from ${other} only by case or by how letters are composed`, severity: 'error' })
  if (contract === undefined) return findings
  for (const path of new Set(changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from])))) {
    if (!isInScope(contract.scope, path)) findings.push({ path, rule: 'out-of-scope', message: `is outside the scope of the contract (${contract.scope.slice(0, 5).join(', ')}${contract.scope.length > 5 ? ', …' : ''})`, severity: 'error' })
  }
  return findings
}

function judgeContent({ path, kind, binary }: FileChange, bytes: Uint8Array, before: Uint8Array | undefined): readonly Finding[] {
  const findings: Finding[] = []
  if (bytes.length > largeBytes && (before?.length ?? 0) <= largeBytes) findings.push({ path, rule: 'large-file', message: `has ${(bytes.length / 1e6).toFixed(1)} MB; a repository keeps every version of it for ever`, severity: 'warning' })
  else if (kind === 'added' && binary) findings.push({ path, rule: 'binary-file', message: `is a binary of ${Math.ceil(bytes.length / 1000)} kB`, severity: media.test(path) && bytes.length <= mediaBytes ? 'note' : 'warning' })
  if (binary || bytes.length > largeBytes) return findings
  const conflicts = findConflicts(new TextDecoder().decode(bytes))
  const old = before === undefined ? 0 : findConflicts(new TextDecoder().decode(before)).length
  // Texts about merges and their tests show such marks on purpose.
  const severity = /\.(md|mdx|rst|adoc|txt)$/i.test(path) || whyTest(path) !== undefined ? 'warning' : 'error'
  for (const line of conflicts.slice(old)) findings.push({ path, line, rule: 'conflict', message: 'a conflict of a merge was left unresolved', severity })
  return findings
}

function judgeLink(path: string, target: string, files: readonly string[]): readonly Finding[] {
  const to = resolveLink(path, target)
  if (to === undefined) return [{ path, rule: 'link-outside', message: `is a link that leaves the repository: ${target.slice(0, 200)}`, severity: 'error' }]
  if (to === '' || files.some((file) => file === to || file.startsWith(`${to}/`))) return []
  return [{ path, rule: 'link-nowhere', message: `is a link to ${to.slice(0, 200)}, which is not there`, severity: 'warning' }]
}

function judgeExecutable({ path, from }: FileChange, bytes: Uint8Array, mode: FileMode | undefined, base: Modes | undefined): readonly Finding[] {
  const isScript = bytes[0] === 0x23 && bytes[1] === 0x21
  if (!isScript || mode !== '100644' || base?.get(from ?? path) !== '100755') return []
  return [{ path, rule: 'not-executable', message: 'is a script that was executable and no longer is; run chmod +x', severity: 'error' }]
}

function findSubmodules(changes: readonly FileChange[], result: Modes, base: Modes): readonly Finding[] {
  return changes.filter(({ path, from }) => result.get(path) === '160000' || base.get(from ?? path) === '160000')
    .map(({ path }) => ({ path, rule: 'submodule', message: 'is a submodule that now points elsewhere', severity: 'warning' }))
}
