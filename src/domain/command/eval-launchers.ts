import { operandsOf, plain, runJoined, start, valueOf } from './launch.ts'
import type { Launcher } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { runScript } from './run-script.ts'
import { beneath, nothing } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { ANY, isExact, isKnown, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

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
  docker: inContainer, podman: inContainer, nerdctl: inContainer, 'docker-compose': (call) => inContainer({ ...call, args: ['compose', ...call.args] }),
  sed, gsed: sed, tar: archiver, bsdtar: archiver,
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
  concurrently: (call) => texts(/^(?:-[nck]|--(?:names|prefix|prefix-colors|success))$/)({ ...call, args: call.args.map((arg) => arg.replace(/^(npm|pnpm|yarn|bun):(?=\S)/, '$1 run ')) }),
  entr: (call) => start(call, operandsOf(call.args, /^$/), 'entr'),
  man: (call) => {
    const pager = valueOf(call.args, /^(?:-P|--pager(?:=.*)?|-H|--html(?:=.*)?)$/)
    if (pager !== undefined) runJoined(call, [pager], 'man -P')
    return plain(call)
  },
  nodemon: (call) => (valueOf(call.args, /^(?:-x|--exec)$/) === undefined ? plain(call) : runJoined(call, [valueOf(call.args, /^(?:-x|--exec)$/) ?? ''], 'nodemon')),
  tmux: (call) => (noteAct([call.name, ...call.args], call.shell, call.way), /^(?:new|new-session|neww|new-window|split-window|splitw|run|run-shell|send|send-keys)$/.test(call.args[0] ?? '') ? runJoined(call, operandsOf(call.args.slice(1), /^-[stnxycFl]$/).filter((each) => !/^(?:Enter|C-m)$/.test(each)), 'tmux') : nothing),
  screen: (call) => start(call, operandsOf(call.args, /^-[cehpsStT]$/), 'screen'),
  'systemd-run': (call) => start(call, operandsOf(call.args, /^-[pHMuE]$/), 'systemd-run'), 'start-stop-daemon': () => { throw new Unreadable('start-stop-daemon is not understood') },
  crontab: () => { throw new Unreadable('what cron runs later is not seen here') },
  vim: editor, nvim: editor, vi: editor, ex: editor, ed: editor,
  emacs: (call) => { if (call.args.some((arg) => /^--?(?:eval|f|funcall|l|load|batch)/.test(arg))) throw new Unreadable('what emacs is told to do is not understood'); return plain(call) },
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
}
