import type { ActKind } from '../../protocol/command.ts'
import { isKnown, unknownPart, type Word } from './words.ts'

/** What a program starts that is there to start others. */
export interface Inner {
  /** How it is called in `via`; the program's name where left out. */
  readonly as?: string
  readonly argvs?: readonly (readonly Word[])[]
  readonly scripts?: readonly Word[]
  readonly settings?: readonly (readonly [string, Word])[]
  /** What the wrapper is itself, beside what it starts. */
  readonly kinds: readonly ActKind[]
  readonly hosts?: readonly string[]
  readonly unknown?: readonly string[]
  readonly stdin?: Word | undefined
}

/** Options of wrappers that take the next word with them. */
const takesNext: Readonly<Record<string, RegExp>> = {
  env: /^(-u|--unset|-C|--chdir)$/, nice: /^(-n|--adjustment)$/, ionice: /^(-c|-n|-p|--class|--classdata)$/, timeout: /^(-s|--signal|-k|--kill-after)$/, stdbuf: /^(-i|-o|-e)$/,
  sudo: /^(-u|-g|-h|-p|-C|-D|-R|-T|-U|--user|--group|--host|--prompt|--chdir)$/, doas: /^(-u|-C)$/, xargs: /^(-I|-i|-n|-P|-L|-d|-E|-s|-a|--arg-file|--max-args|--max-procs|--replace|--delimiter|--max-lines)$/,
  time: /^(-f|-o|--format|--output)$/, setsid: /^$/, nohup: /^$/, command: /^$/, builtin: /^$/, exec: /^(-a)$/, chroot: /^(--userspec|--groups)$/, unshare: /^$/, nsenter: /^(-t|--target)$/, watch: /^(-n|--interval|-d)$/, strace: /^(-e|-o|-p|-s)$/, ltrace: /^(-e|-o)$/, flock: /^(-w|--timeout|-E)$/,
  torsocks: /^$/, proxychains: /^(-f)$/, catchsegv: /^$/, fakeroot: /^$/, chronic: /^$/, unbuffer: /^$/, coproc: /^$/, caffeinate: /^$/, eatmydata: /^$/, xvfb: /^$/, taskset: /^(-c|-p)$/, chrt: /^$/, prlimit: /^$/, rlwrap: /^$/, dbus: /^$/,
}

/** What `name` starts, if it is one of those that are there to start others. */
export function unwrap(name: string, rest: readonly Word[], settings: readonly (readonly [string, Word])[], input?: Word): Inner | undefined {
  switch (name) {
    case 'env': return unwrapEnv(rest)
    case 'sudo': case 'doas': return { argvs: [skipSettings(skipOptions(name, rest))], kinds: ['privilege'] }
    case 'su': case 'runuser': return unwrapSu(rest)
    case 'timeout': return { argvs: [skipOptions(name, rest).slice(1)], kinds: [] }
    case 'nice': case 'ionice': case 'stdbuf': case 'setsid': case 'nohup': case 'command': case 'builtin': case 'exec': case 'strace': case 'ltrace': case 'torsocks': case 'proxychains': case 'fakeroot': case 'chronic': case 'unbuffer': case 'caffeinate': case 'eatmydata': case 'rlwrap': case 'time': case 'catchsegv':
      return { argvs: [skipOptions(name, rest)], kinds: [], settings }
    case 'coproc': return { argvs: [/^[A-Z_]+$/.test(rest[0] ?? '') ? rest.slice(1) : rest], kinds: [] }
    case 'taskset': case 'chrt': return { argvs: [skipOptions(name, rest).slice(rest.some((word) => word === '-c') ? 0 : 1)], kinds: [] }
    case 'chroot': return { argvs: [skipOptions(name, rest).slice(1)], kinds: ['privilege'] }
    case 'unshare': case 'nsenter': return { argvs: [skipOptions(name, rest)], kinds: ['privilege'] }
    case 'flock': return unwrapFlock(rest)
    case 'xargs': case 'parallel': return unwrapXargs(name, rest, input)
    case 'find': case 'fd': case 'fdfind': return unwrapFind(name, rest)
    case 'watch': return { scripts: [skipOptions(name, rest).join(' ')], kinds: [] }
    case 'script': return unwrapFlagged(rest, /^-\w*c$|^--command$/)
    case 'busybox': case 'toybox': return { argvs: [rest], kinds: [] }
    case 'npx': case 'bunx': case 'pnpx': return unwrapNpx(rest)
    case 'git': return unwrapGit(rest)
    case 'npm': case 'pnpm': case 'yarn': case 'bun': return unwrapRunner(name, rest)
    case 'bundle': case 'poetry': case 'pipenv': case 'uv': case 'pdm': case 'hatch': case 'rye': case 'direnv': case 'mise': case 'asdf': return rest[0] === 'exec' || rest[0] === 'run' ? { argvs: [afterDashes(rest.slice(1).filter((word, n, all) => n > 0 || !word.startsWith('-') || all.length > 1))], kinds: [] } : undefined
    case 'ssh': case 'mosh': return unwrapSsh(name, rest)
    case 'make': case 'gmake': return undefined
    case 'at': case 'batch': return undefined
    case 'docker': case 'podman': case 'kubectl': case 'oc': return unwrapContainer(name, rest)
    case 'entr': case 'nodemon': case 'watchexec': return unwrapFlagged(rest, /^(-x|--exec|-s)$/) ?? { argvs: [skipOptions('entr', rest)], kinds: [] }
    default: return undefined
  }
}

function skipOptions(name: string, rest: readonly Word[]): readonly Word[] {
  const takes = takesNext[name] ?? /^$/
  let n = 0
  while (n < rest.length && (rest[n] ?? '').startsWith('-')) {
    if (rest[n] === '--') return rest.slice(n + 1)
    n += takes.test(rest[n] ?? '') ? 2 : 1
  }
  return rest.slice(n)
}

function skipSettings(rest: readonly Word[]): readonly Word[] {
  const at = rest.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  return at < 0 ? [] : rest.slice(at)
}

function afterDashes(rest: readonly Word[]): readonly Word[] {
  return rest[0] === '--' ? rest.slice(1) : rest
}

function unwrapEnv(rest: readonly Word[]): Inner {
  const split = rest.findIndex((word) => /^(-\w*S|--split-string)(=|$)/.test(word) || /^-S./.test(word))
  if (split >= 0) {
    const word = rest[split] ?? ''
    const text = /^(-\w*S|--split-string)$/.test(word) ? (rest[split + 1] ?? '') : word.replace(/^(-S|--split-string=)/, '')
    const after = rest.slice(split + (/^(-\w*S|--split-string)$/.test(word) ? 2 : 1))
    return { scripts: [[text, ...after.map((each) => `'${each}'`)].join(' ')], kinds: [] }
  }
  const left = skipOptions('env', rest)
  const argv = skipSettings(left)
  const settings = left.slice(0, left.length - argv.length).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const)
  return { argvs: [argv], settings, kinds: [] }
}

function unwrapSu(rest: readonly Word[]): Inner {
  const found = unwrapFlagged(rest, /^(-c|--command|--session-command)$/)
  return { ...(found ?? { unknown: ['what the other user’s shell does is not known'] }), kinds: ['privilege'] }
}

function unwrapFlagged(rest: readonly Word[], flag: RegExp): Inner | undefined {
  const at = rest.findIndex((word) => flag.test(word) || /^--(session-)?command=/.test(word))
  if (at < 0) return undefined
  const word = rest[at] ?? ''
  return { scripts: [word.includes('=') && word.startsWith('--') ? word.slice(word.indexOf('=') + 1) : (rest[at + 1] ?? '')], kinds: [] }
}

function unwrapFlock(rest: readonly Word[]): Inner {
  const left = skipOptions('flock', rest)
  const found = left[1] === '-c' || left[1] === '--command'
  return found ? { scripts: [left[2] ?? ''], kinds: [] } : { argvs: [left.slice(1)], kinds: [] }
}

/** What is put in by the input is one more word that is not known; where it can be a program, nothing is. */
function unwrapXargs(name: string, rest: readonly Word[], input: Word | undefined): Inner {
  const given = input === undefined ? [unknownPart] : input.split(/\s+/).filter((word) => word !== '').slice(0, 64).map((word) => word.replaceAll(/['"\\]/g, ''))
  const option = rest.find((word) => /^(-I|--replace)/.test(word))
  const marker = option === undefined ? (name === 'parallel' ? '{}' : undefined) : option === '-I' ? (rest[rest.indexOf('-I') + 1] ?? '{}') : option.replace(/^(-I|--replace=?)/, '') || '{}'
  const left = skipOptions('xargs', rest.filter((word) => word !== ':::'))
  const at = rest.indexOf(':::')
  if (name === 'parallel' && at >= 0) {
    const values = rest.slice(at + 1)
    const command = skipOptions('xargs', rest.slice(0, at))
    return { scripts: values.map((value) => (command.length === 0 ? value : [...command.map((word) => word.replaceAll('{}', value)), ...(command.some((word) => word.includes('{}')) ? [] : [value])].join(' '))), kinds: [] }
  }
  if (left.length === 0) return name === 'parallel' ? { kinds: [], unknown: ['it runs what it reads'] } : { argvs: [['echo', unknownPart]], kinds: [] }
  if (marker !== undefined && left.some((word) => word.includes(marker))) {
    const lines = input === undefined ? [unknownPart] : input.split('\n').filter((line) => line !== '').slice(0, 16)
    return { argvs: lines.map((line) => left.map((word) => word.replaceAll(marker, line))), kinds: [] }
  }
  return { argvs: [[...left, ...given]], kinds: [] }
}

function unwrapFind(name: string, rest: readonly Word[]): Inner | undefined {
  const argvs: Word[][] = []
  const roots = rest.slice(0, Math.max(0, rest.findIndex((word) => /^[-(!]/.test(word))))
  let deletes = false
  for (let n = 0; n < rest.length; n += 1) {
    const word = rest[n] ?? ''
    if (word === '-delete') deletes = true
    if (/^-(exec|execdir|ok|okdir)$/.test(word) || (name !== 'find' && /^(-x|-X|--exec|--exec-batch)$/.test(word))) {
      const end = rest.findIndex((each, m) => m > n && (each === ';' || each === '+'))
      argvs.push(rest.slice(n + 1, end < 0 ? undefined : end).map((each) => each.replaceAll('{}', name === 'find' && roots.some((root) => root.startsWith('/')) ? `${roots[0] ?? ''}/${unknownPart}` : unknownPart)))
      n = end < 0 ? rest.length : end
    }
  }
  if (deletes) argvs.push(['rm', '-r', ...(roots.length > 0 ? roots : ['.'])])
  return argvs.length === 0 ? undefined : { argvs, kinds: [], as: deletes ? 'find -delete' : 'find -exec' }
}

/** A package that may have to be fetched first, and is then run. */
function unwrapNpx(rest: readonly Word[]): Inner {
  const command = rest.findIndex((word) => word === '-c' || word === '--call')
  if (command >= 0) return { scripts: [rest[command + 1] ?? ''], kinds: ['package-install'] }
  const left = skipOptions('npx', rest.filter((_, n) => !/^(-p|--package)$/.test(rest[n - 1] ?? '') || n === 0))
  return { argvs: [left.map((word, n) => (n === 0 ? word.replace(/(?!^)@[^/]*$/, '') : word))], kinds: ['package-install'] }
}

function unwrapGit(rest: readonly Word[]): Inner | undefined {
  for (let n = 0; n < rest.length - 1; n += 1) {
    if (rest[n] !== '-c') continue
    const alias = /^alias\.[^=]+=!([\s\S]*)$/.exec(rest[n + 1] ?? '')
    const name = /^alias\.([^=]+)=/.exec(rest[n + 1] ?? '')?.[1]
    if (alias) return { scripts: [`${alias[1] ?? ''} ${rest.slice(rest.indexOf(name ?? '', n + 2) + 1).join(' ')}`], kinds: ['tamper'], as: 'git alias' }
    const plain = /^alias\.([^=]+)=([^!][\s\S]*)$/.exec(rest[n + 1] ?? '')
    const at = plain ? rest.indexOf(plain[1] ?? '', n + 2) : -1
    if (plain && at >= 0) return { scripts: [`git ${plain[2] ?? ''} ${rest.slice(at + 1).map((word) => `'${word}'`).join(' ')}`], kinds: [], as: 'git alias' }
    if (/^(core\.(sshCommand|editor|pager|fsmonitor|hooksPath|askPass)|diff\.external|credential\.helper|gpg\.program|sequence\.editor)=/i.test(rest[n + 1] ?? '')) return { scripts: [(rest[n + 1] ?? '').replace(/^[^=]*=!?/, '')], argvs: [['git', ...rest.slice(0, n), ...rest.slice(n + 2)]], kinds: ['tamper'], as: 'git -c' }
  }
  const words = rest.filter((word) => !word.startsWith('-'))
  if (words[0] === 'submodule' && words[1] === 'foreach') return { scripts: [words.slice(2).join(' ')], kinds: [], as: 'git submodule foreach' }
  if (words[0] === 'bisect' && words[1] === 'run') return { argvs: [rest.slice(rest.indexOf('run') + 1)], kinds: [], as: 'git bisect run' }
  const exec = rest.findIndex((word) => word === '--exec' || word === '-x')
  if (words[0] === 'rebase' && exec >= 0) return { scripts: [rest[exec + 1] ?? ''], argvs: [['git', ...rest.slice(0, exec), ...rest.slice(exec + 2)]], kinds: [], as: 'git rebase --exec' }
  const filter = rest.findIndex((word) => /^--(tree|index|env|msg|parent|commit|tag-name)-filter$/.test(word))
  if (words[0] === 'filter-branch' && filter >= 0) return { scripts: [rest[filter + 1] ?? ''], kinds: ['history-rewrite'], as: 'git filter-branch' }
  return undefined
}

/** `npm exec`, and `npm run` of a script whose words are the repository's own. */
function unwrapRunner(name: string, rest: readonly Word[]): Inner | undefined {
  const [first = '', ...more] = rest.filter((word, n) => n > 0 || !word.startsWith('-'))
  if (first === 'exec' || first === 'x' || (first === 'dlx' && name !== 'npm')) {
    const call = more.findIndex((word) => word === '-c' || word === '--call')
    if (call >= 0) return { scripts: [more[call + 1] ?? ''], kinds: ['package-install'], as: `${name} exec` }
    return { argvs: [afterDashes(skipOptions('npx', more))], kinds: first === 'exec' ? [] : ['package-install'], as: `${name} ${first}` }
  }
  return undefined
}

function unwrapSsh(name: string, rest: readonly Word[]): Inner {
  const takes = /^-[bcDEeFIiJLlmOopQRSWw]$/
  let n = 0
  while (n < rest.length && (rest[n] ?? '').startsWith('-')) n += takes.test(rest[n] ?? '') ? 2 : 1
  const host = (rest[n] ?? '').replace(/^[^@]*@/, '')
  const proxy = rest.find((word) => /^ProxyCommand=/i.test(word))
  return { scripts: [...(rest.length > n + 1 ? [rest.slice(n + 1).join(' ')] : []), ...(proxy ? [proxy.slice(proxy.indexOf('=') + 1)] : [])], kinds: ['network', 'remote-shell'], hosts: host && isKnown(host) ? [host] : [], as: `${name} ${host}` }
}

function unwrapContainer(name: string, rest: readonly Word[]): Inner | undefined {
  const at = rest.findIndex((word) => word === 'exec' || word === 'run')
  if (at < 0 || at > 2) return undefined
  const isRun = rest[at] === 'run'
  const dashes = rest.indexOf('--', at)
  const takes = /^(-e|--env|-v|--volume|-w|--workdir|-u|--user|-p|--publish|--name|--network|--mount|--entrypoint|-c|--container|-n|--namespace|--env-file|-l|--label|--platform|-m|--memory|--cpus)$/
  let n = at + 1
  while (n < rest.length && (rest[n] ?? '').startsWith('-')) n += takes.test(rest[n] ?? '') ? 2 : 1
  const argv = dashes >= 0 ? rest.slice(dashes + 1) : rest.slice(n + 1)
  const remote = name === 'kubectl' || name === 'oc'
  const mounts = rest.some((word, m) => /^(-v|--volume|--mount)$/.test(rest[m - 1] ?? '') && /(^|source=|src=)\/(:|,|etc|root|home|$)/.test(word)) || rest.some((word) => word === '--privileged')
  return { argvs: [argv], kinds: [...(remote ? (['network', 'remote-shell'] as const) : []), ...(mounts ? (['privilege'] as const) : []), ...(isRun && !remote ? (['network'] as const) : [])], as: `${name} ${isRun ? 'run' : 'exec'}` }
}
