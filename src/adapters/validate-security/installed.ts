import { randomUUID } from 'node:crypto'
import type { Subject } from '../../engine/ports/validation.ts'

/** Files that are asked for at once, and how much of each is read, in bytes. */
const mostFiles = 400
const mostBytes = 64 * 1024
const script = 'mark=$1; most=$2; shift 2; IFS=; for pattern do for file in $pattern; do if [ -f "$file" ]; then printf "%s %s\\n" "$mark" "$pattern"; head -c "$most" "$file"; echo; break; fi; done; done'

/**
 * Texts of files among what is installed (`node_modules`, a virtual environment), by the pattern that was asked for. What is no
 * part of the tree is read in the sandbox, where it is mounted. Undefined where neither can be done.
 * @param patterns paths below the root, with `*` where a part is not known
 */
export async function readInstalled(subject: Subject, patterns: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>()
  const rest: string[] = []
  for (const pattern of [...new Set(patterns)].slice(0, mostFiles)) {
    const bytes = pattern.includes('*') ? undefined : await subject.read(pattern)
    if (bytes === undefined) rest.push(pattern)
    else found.set(pattern, new TextDecoder().decode(bytes.subarray(0, mostBytes)))
  }
  const read = rest.length === 0 ? '' : await readInSandbox(subject, rest)
  if (read === undefined) return found.size > 0 ? found : undefined
  for (const [pattern, text] of readMarked(read)) found.set(pattern, text)
  return found
}

function* readMarked(output: string): Generator<readonly [string, string]> {
  const mark = output.slice(0, output.indexOf(' '))
  if (mark === '') return
  for (const part of output.split(`${mark} `).slice(1)) {
    const end = part.indexOf('\n')
    yield [part.slice(0, end), part.slice(end + 1).replace(/\n$/, '')]
  }
}

/** Each file behind a line with a mark that no file can know. */
async function readInSandbox(subject: Subject, patterns: readonly string[]): Promise<string | undefined> {
  try {
    const result = await subject.run('result', { argv: ['sh', '-c', script, 'sh', randomUUID(), String(mostBytes), ...patterns], timeoutMs: 20_000 })
    return result.ended === 'exited' && result.exitCode === 0 ? new TextDecoder().decode(result.stdout) : undefined
  } catch (error) {
    if (subject.signal.aborted) throw error
    return undefined // without a sandbox it is not known what is installed: said by the callers
  }
}
