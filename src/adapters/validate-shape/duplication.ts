import { count } from '../../domain/report/words.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import { toCodeLines, type CodeLines } from '../../domain/validation/code-lines.ts'
import { searchDuplicates, type ChangedCode } from '../../domain/validation/find-duplicates.ts'
import { isGenerated } from '../../domain/validation/generated.ts'
import { atMost } from '../../domain/validation/severity.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'

const code = /\.([cm]?[jt]sx?|vue|svelte|astro|pyi?|go|rs|java|kts?|scala|groovy|cs|fs|vb|c|h|cc|cpp|cxx|hpp|hh|m|mm|swift|rb|php|pl|pm|lua|r|jl|ex|exs|erl|clj|hs|ml|dart|sh|bash|ps1|sql)$/i
/** What is looked at in the rest of the repository. */
const most = { files: 20_000, bytes: 64 * 2 ** 20, fileBytes: 512 * 1024, ms: 20_000 }

/** Blocks that the change adds although they stand somewhere already. */
export const duplicationValidator: ChangeValidator = {
  kind: 'change', id: 'duplication', stage: 'shape', version: '1',
  async look(subject) {
    const changed = await readChanged(subject)
    if (changed.length === 0) return undefined
    const { lines, severity } = subject.settings.duplication
    const search = searchDuplicates(changed, lines)
    const left = changed.some(({ after }) => after.texts.length >= lines) ? await seeOthers(subject, search.see) : 0
    return {
      findings: search.blocks().map((block) => ({
        path: block.path, line: block.line, rule: 'duplication',
        // Tests may spell out what they need.
        severity: atMost(severity, whyTest(block.path) === undefined ? 'error' : 'warning'),
        message: `${block.length} lines of code up to line ${block.endLine} also stand in ${block.other.path} from line ${block.other.line}`,
      })),
      notes: left === 0 ? [] : [`${count(left, 'file was', 'files were')} not compared: at most ${most.files} files, ${most.bytes / 2 ** 20} MB and ${most.ms / 1000} s`],
    }
  },
}

async function readChanged(subject: Subject): Promise<readonly ChangedCode[]> {
  const changed: ChangedCode[] = []
  for (const { path, from, binary } of subject.changes) {
    if (binary || !code.test(path)) continue
    const after = toLines(path, await subject.read(path))
    const before = toLines(path, await subject.readBase(from ?? path))
    if (after !== undefined || before !== undefined) changed.push({ path, before, after: after ?? { texts: [], lines: [] } })
  }
  return changed
}

function toLines(path: string, bytes: Uint8Array | undefined): CodeLines | undefined {
  if (bytes === undefined || bytes.length > most.fileBytes || bytes.includes(0)) return undefined
  const text = new TextDecoder().decode(bytes)
  return isGenerated(path, text) ? undefined : toCodeLines(text)
}

/** Shows every unchanged file once. Returns how many there was no room or time for. */
async function seeOthers(subject: Subject, see: (path: string, lines: CodeLines) => void): Promise<number> {
  const own = new Set(subject.changes.map(({ path }) => path))
  const others = (await subject.files()).filter((path) => code.test(path) && !own.has(path))
  const until = performance.now() + most.ms
  let bytes = 0
  for (const [n, path] of others.entries()) {
    subject.signal.throwIfAborted()
    if (n >= most.files || bytes >= most.bytes || performance.now() > until) return others.length - n
    const content = await subject.read(path)
    bytes += content?.length ?? 0
    const lines = toLines(path, content)
    if (lines !== undefined) see(path, lines)
  }
  return 0
}
