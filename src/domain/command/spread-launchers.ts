import type { Launcher } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { runProgram } from './run-program.ts'
import { runScript } from './run-script.ts'
import { isSecretPath } from './secret-places.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { beneath, nothing } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { ANY, FIELD, FIELDS, hasSecret, isExact, isKnown, isSpread, toPlain, toUnknown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** Programs that start another one once for each thing they find or are given. */
export const spreadLaunchers: Readonly<Record<string, Launcher>> = {
  xargs: ({ args, shell, way }) => {
    const options = skipOptions(args, /^(?:-[0rtxpo]+|-[LnPsI]\S+|--(?:null|no-run-if-empty|verbose|exit|interactive|open-tty|max-\w+=.*|delimiter=.*|replace(?:=.*)?)|-[de]\S+|-i\S*)$/, /^(?:-[adEILnPsJR]|--(?:arg-file|delimiter|max-args|max-lines|max-procs|max-chars))$/)
    const replace = options.values.get('-I') ?? options.values.get('-J') ?? options.attached('-I') ?? (options.seen.some((each) => /^-i$|^--replace$/.test(each)) ? '{}' : options.attached('--replace=') ?? options.attached('-i'))
    const [first = 'echo', ...rest] = options.rest
    const input = options.values.has('-a') ? ANY : way.stdin
    const isNull = options.seen.some((each) => /^-\w*0|--null/.test(each)) || options.values.has('-d') || options.seen.some((each) => each.startsWith('-d') || each.startsWith('--delimiter'))
    const inner = { ...beneath(way, 'xargs'), stdin: '' }
    if (replace === undefined) return startEach([[first, ...rest, ...toWords(input, isNull)]], shell, inner)
    const lines = isKnown(input) && !isNull ? input.split('\n').map((line) => line.trim()).filter((line) => line !== '') : [hasSecret(input) ? toUnknown(input) : FIELD]
    if (lines.length > 50) throw new Unreadable('xargs starts too many programs')
    return startEach(lines.map((line) => [first, ...rest].map((word) => toPlain(word).replaceAll(replace, () => line))), shell, inner)
  },
  parallel: ({ args, shell, way }) => {
    const at = args.findIndex((arg) => /^:::?:?\+?$/.test(arg))
    const options = skipOptions(at === -1 ? args : args.slice(0, at), /^(?:-[0kqrtvXmu]+|-[jnNL]\S+|--(?:bar|halt[\w,=-]*|keep-order|no-notice|will-cite|null|line-buffer|ungroup|progress|eta|quote|dry-run|jobs=.*))$/, /^(?:-[jnNLIC]|--(?:jobs|colsep|delay|timeout|joblog))$/)
    const items = at === -1 ? toWords(way.stdin, false) : args.slice(at + 1)
    if (options.rest.length === 0) {
      for (const item of items) runScript(item, { shell, way: beneath(way, 'parallel') })
      return nothing
    }
    const template = options.rest.join(' ')
    for (const item of items.slice(0, 50)) runScript(/\{[^}\s]*\}/.test(template) ? template.replaceAll(/\{[^}\s]*\}/g, () => item) : `${template} ${item}`, { shell, way: beneath(way, 'parallel') })
    return { ...nothing, out: ANY }
  },
  find: ({ args, shell, way }) => runFind(args, shell, way),
  fd: ({ args, shell, way }) => runFd(args, shell, way), fdfind: ({ args, shell, way }) => runFd(args, shell, way),
}

function startEach(commands: readonly (readonly string[])[], shell: Shell, way: Way): Outcome {
  let out = ''
  for (const [first, ...rest] of commands) if (first !== undefined) out += inSubshell(shell, (child) => runProgram([first, ...rest], { shell: child, way, extra: {} })).out
  return { ...nothing, out }
}

/** Words as xargs splits them: by blanks and lines, with quotes. */
function toWords(input: string, isNull: boolean): readonly string[] {
  if (!isKnown(input) || isNull) return input === '' ? [] : [toUnknown(input) === ANY ? FIELDS : '\uE004']
  if (/["'\\]/.test(input)) throw new Unreadable('xargs is given quotes')
  return input.split(/\s+/).filter((word) => word !== '')
}

interface SkippedOptions {
  readonly seen: readonly string[]
  readonly values: ReadonlyMap<string, string>
  readonly rest: readonly string[]
  attached(prefix: string): string | undefined
}

function skipOptions(args: readonly string[], plain: RegExp, valued: RegExp): SkippedOptions {
  const seen: string[] = []
  const values = new Map<string, string>()
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      at += 1
      break
    }
    if (!arg.startsWith('-')) break
    if (!isExact(arg)) throw new Unreadable('which options it is given is not known')
    seen.push(arg)
    if (valued.test(arg)) values.set(arg, args[++at] ?? '')
    else if (!plain.test(arg)) throw new Unreadable(`an option that is not understood: ${arg}`)
  }
  return { seen, values, rest: args.slice(at), attached: (prefix) => seen.find((each) => each.startsWith(prefix) && each.length > prefix.length)?.slice(prefix.length) }
}

const findOperands = /^-(?:name|iname|path|ipath|wholename|iwholename|regex|iregex|lname|ilname|type|xtype|mtime|atime|ctime|mmin|amin|cmin|newer\w*|anewer|cnewer|size|perm|user|group|uid|gid|maxdepth|mindepth|links|inum|samefile|fstype|regextype|used|context|printf|D)$/

function runFind(args: readonly string[], shell: Shell, way: Way): Outcome {
  const plain: string[] = []
  // What is looked for by a secret's name is that secret.
  const secret = args.find((arg, index) => /^-i?name$/.test(args[index - 1] ?? '') && isSecretPath(resolvePath(arg, shell), shell))
  const found = secret ?? FIELD
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    const isExpression = plain.some((each) => /^[-(!]/.test(each))
    if (isSpread(arg) || (!isKnown(arg) && isExpression)) throw new Unreadable('what find does with what it finds is not known')
    plain.push(arg)
    if (findOperands.test(arg) && args[at + 1] !== undefined) {
      plain.push(args[at + 1] ?? '')
      at += 1
      continue
    }
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(arg)) continue
    const end = args.findIndex((each, index) => index > at && (each === ';' || (each === '+' && args[index - 1] === '{}')))
    const [first, ...rest] = args.slice(at + 1, end === -1 ? undefined : end).map((word) => word.replaceAll('{}', () => found))
    if (first !== undefined) inSubshell(shell, (child) => runProgram([first, ...rest], { shell: child, way: { ...beneath(way, `find ${arg}`), stdin: '' }, extra: {} }))
    if (end === -1) break
    at = end
  }
  const out = noteAct(['find', ...args], shell, way)
  return { ...nothing, out: secret === undefined ? out : `${secret}\n` }
}

function runFd(args: readonly string[], shell: Shell, way: Way): Outcome {
  const at = args.findIndex((arg) => /^(?:-x|-X|--exec|--exec-batch)$/.test(arg))
  noteAct(['fd', ...args], shell, way)
  if (at === -1) return { ...nothing, out: ANY }
  const [first, ...rest] = args.slice(at + 1).map((word) => word.replaceAll(/\{[/.]*\}/g, FIELD))
  if (first === undefined) return nothing
  const words = args.slice(at + 1).some((word) => /\{[/.]*\}/.test(word)) ? rest : [...rest, FIELD]
  return inSubshell(shell, (child) => runProgram([first, ...words], { shell: child, way: { ...beneath(way, 'fd -x'), stdin: '' }, extra: {} }))
}
