import { deliveryKinds } from './classify/delivery-kinds.ts'
import { findVerbs } from './classify/verbs.ts'
import type { LaunchCall, Launcher } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { runCode } from './run-interpreter.ts'
import { runProgram } from './run-program.ts'
import { runScript, withSh } from './run-script.ts'
import type { Outcome } from './shell.ts'
import { beneath, nothing } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { ANY, isExact, isKnown, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

function plain({ name, args, shell, way }: LaunchCall): Outcome {
  return { ...nothing, out: noteAct([name, ...args], shell, way) }
}

/** Words as a program that joins them for a shell. */
function runJoined(call: LaunchCall, words: readonly string[], label: string): Outcome {
  if (words.length === 0) return nothing
  return inSubshell(call.shell, (child) => runScript(words.map(toPlain).join(' '), { shell: withSh(child), way: beneath(call.way, label) }))
}

function start(call: LaunchCall, words: readonly string[], label: string): Outcome {
  const [first, ...rest] = words
  if (first === undefined) return nothing
  return inSubshell(call.shell, (child) => runProgram([first, ...rest], { shell: child, way: beneath(call.way, label), extra: call.extra }))
}

/** The operands behind options; `valued` take the next word. */
function operandsOf(args: readonly string[], valued: RegExp): readonly string[] {
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') return args.slice(at + 1)
    if (!arg.startsWith('-')) break
    if (!isExact(arg)) throw new Unreadable('which options it is given is not known')
    if (valued.test(arg)) at += 1
  }
  return args.slice(at)
}

function valueOf(args: readonly string[], option: RegExp): string | undefined {
  const at = args.findIndex((arg) => option.test(arg))
  if (at === -1) return undefined
  const arg = args[at] ?? ''
  return arg.startsWith('--') && arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1]
}

const remoteShell: Launcher = (call) => {
  const { args, shell, way } = call
  const words = operandsOf(args, /^-[BbcDEeFIiJLlmOopQRSWw]$/)
  for (const [index, arg] of args.entries()) {
    const command = /(?:ProxyCommand|LocalCommand|KnownHostsCommand)[= ](.*)/i.exec(arg === '-o' ? (args[index + 1] ?? '') : arg)?.[1]
    if (command !== undefined) runJoined(call, [command], 'ssh ProxyCommand')
  }
  const [host, ...rest] = words
  noteAct([call.name, ...args], shell, way)
  if (host === undefined) return nothing
  if (rest.length > 0) return runJoined(call, rest, `ssh ${isKnown(host) ? host : ''}`.trim())
  if (way.stdin !== ANY && way.stdin !== '') runScript(way.stdin, { shell, way: { ...beneath(way, 'ssh from its input'), stdin: '' } })
  return { ...nothing, out: ANY }
}

const su: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way, ['privilege'])
  const text = valueOf(call.args, /^(?:-c|--command(?:=.*)?|-\w*c)$/)
  if (text !== undefined) return runJoined(call, [text], 'su -c')
  throw new Unreadable('su starts a shell that is given its commands later')
}

const busybox: Launcher = (call) => {
  const [applet, ...rest] = call.args
  if (applet === undefined || !isExact(applet) || applet.startsWith('-')) return plain(call)
  return start(call, [applet, ...rest], call.name)
}

const packageRunner: Launcher = (call) => {
  const { name, args } = call
  const isRunner = name === 'npx' || name === 'bunx' || name === 'pnpx'
  const verb = findVerbs(args).find((each) => /^(?:exec|x|dlx)$/.test(each))
  if (!isRunner && verb === undefined) {
    // pnpm and yarn start a package's program by its name alone.
    const at = args.findIndex((arg) => !arg.startsWith('-'))
    const own = args[at]
    return name !== 'npm' && own !== undefined && Object.hasOwn(deliveryKinds, own) ? start(call, [own, ...args.slice(at + 1)], name) : plain(call)
  }
  const runs = isRunner ? args : args.slice(args.indexOf(verb ?? '') + 1)
  const text = valueOf(runs, /^(?:-c|--call(?:=.*)?)$/)
  noteAct([name, ...args], call.shell, call.way, ['package-install'])
  if (text !== undefined) return runJoined(call, [text], `${name} -c`)
  const words = operandsOf(runs, /^(?:-p|--package|-w|--workspace)$/)
  const [first] = words
  const program = first === undefined ? '' : first.replace(/(?<=.)@[^/]*$/, '').split('/').at(-1) ?? ''
  // What is known under that name is read as what it is; the rest is a package's own program.
  return isExact(program) && program !== '' ? start(call, [program, ...words.slice(1)], name) : nothing
}

const inContainer: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way)
  const [verb, ...rest] = call.args
  const isCompose = verb === 'compose'
  const own = isCompose ? rest.slice(1) : rest
  const action = isCompose ? rest[0] : verb
  if (action !== 'exec' && action !== 'run') return { ...nothing, out: ANY }
  const words = operandsOf(own, /^(?:-[ehlmpuvw]|--(?:name|env|env-file|user|workdir|volume|mount|network|net|publish|entrypoint|platform|memory|cpus|hostname|label|add-host|gpus|shm-size|restart|tmpfs|cap-add|cap-drop|ulimit|device|ip|dns|log-driver|pid|ipc|security-opt))$/)
  const entry = valueOf(own, /^--entrypoint(?:=.*)?$/)
  return start(call, entry === undefined ? words.slice(1) : [entry, ...words.slice(1)], `${call.name} ${action}`)
}

const awk: Launcher = (call) => {
  const words = operandsOf(call.args, /^(?:-[Fviel]|--(?:field-separator|assign))$/)
  if (call.args.some((arg) => /^(?:-f|--file|-E|--exec)/.test(arg))) return plain(call)
  const [program, ...files] = words
  if (program === undefined) return plain(call)
  if (!isKnown(program)) throw new Unreadable('the program that awk is given is not known before it runs')
  const text = toPlain(program)
  if (!/\bsystem\b|\||>|@|ENVIRON|\/inet/.test(text)) return { ...nothing, out: noteAct([call.name, ...call.args], call.shell, call.way) }
  noteAct([call.name, ...files], call.shell, call.way)
  // A comparison and a file that is written look alike; both are harmless here.
  return runCode(text, 'awk', { words: [call.name, ...call.args], shell: call.shell, way: call.way, label: 'awk' })
}

const sed: Launcher = (call) => {
  const scripts = call.args.flatMap((arg, index) => (/^(?:-e|--expression)$/.test(call.args[index - 1] ?? '') ? [arg] : /^--expression=/.test(arg) ? [arg.slice(13)] : []))
  const [first] = operandsOf(call.args, /^(?:-[efl]|--expression|--file)$/)
  const file = valueOf(call.args, /^(?:-\w*f|--file(?:=.*)?)$/)
  if (file !== undefined) {
    const content = call.shell.state.files.get(resolvePath(file, call.shell))
    if (content === undefined || !isKnown(content)) throw new Unreadable('the script that sed is given is not known')
    scripts.push(...content.split('\n').filter((line) => line !== ''))
  }
  for (const script of scripts.length > 0 ? scripts : first === undefined ? [] : [first]) {
    if (!isKnown(script)) {
      // What is put into a script can be one more command of it; sed starts programs for `e`.
      if (/^s(.)[^]*\1[^]*\1[gpIi0-9]*$/.test(script)) continue
      throw new Unreadable('the script that sed is given is not known before it runs')
    }
    const text = toPlain(script)
    if (/(?:^|[;{}\n]|\d|\$|\/)\s*e(?:\s+([^\n]*))?(?:$|[\n;}])/.test(text) && !/^s/.test(text)) {
      const command = /(?:^|[;{}\n\d$/])\s*e\s+([^\n]+)/.exec(text)?.[1]
      if (command === undefined) throw new Unreadable('sed runs what it finds in a text')
      runJoined(call, [command], 'sed e')
    }
    const match = /^(?:[\d,$]+|\/[^/]*\/)?s([^\w\s\\])((?:(?!\1)[^\\]|\\[^])*)\1((?:(?!\1)[^\\]|\\[^])*)\1(\w*)/.exec(text)
    if (match?.[4]?.includes('e') === true) {
      if (/[\\&]/.test(match[3] ?? '') || !/^[.^$*]*$/.test(match[2] ?? '')) throw new Unreadable('sed runs what it finds in a text')
      runJoined(call, [match[3] ?? ''], 'sed e')
    }
  }
  return plain(call)
}

const fromInput: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way)
  return inSubshell(call.shell, (child) => runScript(call.way.stdin, { shell: child, way: { ...beneath(call.way, `${call.name} from its input`), stdin: '' } }))
}

const texts = (valued: RegExp): Launcher => (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way)
  for (const text of operandsOf(call.args, valued)) runJoined(call, [text], call.name)
  return { ...nothing, out: ANY }
}

const editor: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way)
  const commands = call.args.flatMap((arg, index) => (/^(?:-c|--cmd|-S)$/.test(call.args[index - 1] ?? '') ? [arg] : arg.startsWith('+') ? [arg.slice(1)] : []))
  for (const command of [...commands, ...(/^(?:ed|ex)$/.test(call.name) || call.args.includes('-es') ? call.way.stdin.split('\n') : [])]) {
    if (!isKnown(command)) throw new Unreadable('what an editor is told to do is not known')
    const shell = /^:?\s*[%\d,.$]*(?:silent!?\s+)?(?:r|w|read|write)?\s*!\s*(.*)/.exec(command)?.[1]
    if (shell !== undefined) runJoined(call, [shell], call.name)
    else if (/\b(?:system|execute|lua|py3?|perl|ruby|source|so)\b/.test(command)) throw new Unreadable('what an editor is told to do is not understood')
  }
  return nothing
}

const archiver: Launcher = (call) => {
  for (const [index, arg] of call.args.entries()) {
    const text = /^--(?:to-command|use-compress-program|rmt-command|rsh-command|info-script|new-volume-script)=(.*)/.exec(arg)?.[1] ?? /^--checkpoint-action=exec=(.*)/.exec(arg)?.[1] ?? (/^(?:-I|-F|--use-compress-program|--to-command|--checkpoint-action)$/.test(arg) ? (call.args[index + 1] ?? '').replace(/^exec=/, '') : undefined)
    if (text !== undefined && text !== '') runJoined(call, [text], 'tar')
  }
  return plain(call)
}

/** Programs that are given a command as a text, or start one that is not simply the rest of their words. */
export const evalLaunchers: Readonly<Record<string, Launcher>> = {
  ssh: remoteShell, autossh: remoteShell, mosh: remoteShell, su, busybox, toybox: busybox,
  npx: packageRunner, bunx: packageRunner, pnpx: packageRunner, npm: packageRunner, pnpm: packageRunner, yarn: packageRunner,
  docker: inContainer, podman: inContainer, nerdctl: inContainer, 'docker-compose': (call) => inContainer({ ...call, args: ['compose', ...call.args] }),
  awk, gawk: awk, mawk: awk, nawk: awk, sed, gsed: sed, tar: archiver, bsdtar: archiver,
  at: fromInput, batch: fromInput,
  watch: (call) => runJoined(call, operandsOf(call.args, /^(?:-[nqs]|--interval|--equexit)$/), 'watch'),
  script: (call) => {
    const text = valueOf(call.args, /^(?:-\w*c|--command(?:=.*)?)$/)
    return text === undefined ? start(call, operandsOf(call.args, /^-[TtIOBEm]$/).slice(1), 'script') : runJoined(call, [text], 'script -c')
  },
  flock: (call) => {
    const words = operandsOf(call.args, /^(?:-[wE]|--(?:timeout|wait|conflict-exit-code))$/).slice(1)
    return words[0] === '-c' || words[0] === '--command' ? runJoined(call, words.slice(1), 'flock -c') : start(call, words, 'flock')
  },
  hyperfine: texts(/^(?:-[wmMnrLDPSNpci]|--(?:warmup|min-runs|max-runs|runs|export-\w+|command-name|shell|style|prepare|cleanup|setup))$/),
  concurrently: texts(/^(?:-[nck]|--(?:names|prefix|prefix-colors|success))$/),
  entr: (call) => start(call, operandsOf(call.args, /^$/), 'entr'),
  nodemon: (call) => (valueOf(call.args, /^(?:-x|--exec)$/) === undefined ? plain(call) : runJoined(call, [valueOf(call.args, /^(?:-x|--exec)$/) ?? ''], 'nodemon')),
  tmux: (call) => (noteAct([call.name, ...call.args], call.shell, call.way), /^(?:new|new-session|neww|new-window|split-window|splitw|run|run-shell|send|send-keys)$/.test(call.args[0] ?? '') ? runJoined(call, operandsOf(call.args.slice(1), /^-[stnxycFl]$/).filter((each) => !/^(?:Enter|C-m)$/.test(each)), 'tmux') : nothing),
  screen: (call) => start(call, operandsOf(call.args, /^-[cehpsStT]$/), 'screen'),
  'systemd-run': (call) => start(call, operandsOf(call.args, /^-[pHMuE]$/), 'systemd-run'), 'start-stop-daemon': () => { throw new Unreadable('start-stop-daemon is not understood') },
  crontab: () => { throw new Unreadable('what cron runs later is not seen here') },
  vim: editor, nvim: editor, vi: editor, ex: editor, ed: editor,
  emacs: (call) => { if (call.args.some((arg) => /^--?(?:eval|f|funcall|l|load|batch)/.test(arg))) throw new Unreadable('what emacs is told to do is not understood'); return plain(call) },
  expect: () => { throw new Unreadable('expect is a language that is not understood') }, tclsh: () => { throw new Unreadable('tclsh is a language that is not understood') },
  gdb: (call) => { if (call.args.some((arg) => /^(?:-ex|--?eval-command|-x|--command)/.test(arg))) throw new Unreadable('what gdb is told to do is not understood'); return plain(call) },
  m4: (call) => { if (/syscmd|esyscmd/.test(call.way.stdin)) throw new Unreadable('m4 is given a command'); return plain(call) },
  rsync: (call) => {
    const text = valueOf(call.args, /^(?:-e|--rsh(?:=.*)?)$/)
    if (text !== undefined && isKnown(text)) {
      const program = text.split(/\s+/)[0] ?? ''
      if (program !== 'ssh' && program !== '') runJoined(call, [text], 'rsync -e')
    }
    return plain(call)
  },
  rerun: (call) => start(call, call.args, 'rerun'), retry: (call) => start(call, operandsOf(call.args, /^-\w$/), 'retry'),
  make: (call) => {
    for (const arg of call.args) {
      const shell = /^(?:SHELL|MAKEFLAGS|\.SHELLFLAGS)=(.*)/.exec(arg)?.[1]
      const evaluated = /^--eval=(.*)/.exec(arg)?.[1]
      if (shell !== undefined && !/^(?:\/bin\/|\/usr\/bin\/)?(?:ba)?sh$/.test(shell)) throw new Unreadable('make is given another shell')
      if (evaluated !== undefined || arg === '--eval' || arg === '-f-' || arg === '/dev/stdin') throw new Unreadable('make is given rules in the command')
    }
    const file = valueOf(call.args, /^(?:-f|--file(?:=.*)?|--makefile(?:=.*)?)$/)
    if (file === '-' || (file !== undefined && call.shell.state.files.has(resolvePath(file, call.shell))) || [...call.shell.state.files.keys()].some((path) => /\/(?:GNUm|M|m)akefile$/.test(path))) throw new Unreadable('make is given rules in the command')
    return plain(call)
  },
}
