import { gitKinds } from './classify/git-kinds.ts'
import { Draft } from './draft.ts'
import type { LaunchCall } from './launchers.ts'
import { resolvePath } from './resolve-path.ts'
import { runScript, withSh } from './run-script.ts'
import type { Outcome } from './shell.ts'
import { addAct, beneath, nothing } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { ANY, hasPattern, isExact, isKnown, isSpread, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

const valued = /^(?:-[Cc]|--git-dir|--work-tree|--namespace|--super-prefix|--exec-path|--config-env|--attr-source)$/
const attached = /^(?:--git-dir|--work-tree|--namespace|--exec-path|--config-env|--attr-source)=/
const plain = /^(?:-[pP]|--(?:paginate|no-pager|bare|no-replace-objects|literal-pathspecs|glob-pathspecs|noglob-pathspecs|icase-pathspecs|no-optional-locks|no-lazy-fetch|no-advice))$/
/** Settings that make git start a program. */
const commandSettings = /^(?:core\.(?:sshcommand|editor|pager|askpass|fsmonitor|gitproxy|hookspath)|sequence\.editor|diff\.external|(?:diff|merge)tool\..*\.cmd|diff\..*\.(?:command|textconv)|merge\..*\.driver|filter\..*|credential(?:\..*)?\.helper|gpg(?:\..*)?\.program|pager\..*|remote\..*\.(?:uploadpack|receivepack|proxy)|interactive\.difffilter|web\.browser|browser\..*|man\..*|init\.templatedir|protocol\..*|include.*|uploadpack\..*|receive\..*)$/i

/** `git`, without its general options: the words that the act has are `git <subcommand> …`. */
export function runGit(call: LaunchCall): Outcome {
  const { args, shell, way } = call
  const aliases = new Map<string, string>()
  let inside = shell
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (isSpread(arg) || (!isKnown(arg) && !arg.startsWith('-'))) break
    if (!arg.startsWith('-')) break
    if (valued.test(arg)) {
      const value = args[++at] ?? ''
      if (isSpread(value)) throw new Unreadable('what git is told to do is not known before it runs')
      if (arg === '-c') readSetting(value, aliases, call)
      if (arg === '-C') inside = { ...inside, state: { ...inside.state, cwd: isKnown(value) ? resolvePath(value, inside) : undefined, files: inside.state.files } }
      if (arg === '--config-env' || arg === '--exec-path') throw new Unreadable('git is given settings that are not understood')
    } else if (/^--(?:config-env|exec-path)=/.test(arg)) throw new Unreadable('git is given settings that are not understood')
    else if (!attached.test(arg) && !plain.test(arg)) {
      if (/^(?:--version|-v|--help|-h|--exec-path|--html-path|--man-path|--info-path|--list-cmds=.*)$/.test(arg)) break
      throw new Unreadable(`an option of git that is not understood: ${isKnown(arg) ? arg : ''}`)
    }
  }
  const [subcommand, ...rest] = args.slice(at)
  if (subcommand === undefined) return note(call, ['git'], inside)
  if (!isExact(subcommand) || hasPattern(subcommand)) throw new Unreadable('what git is told to do is not known before it runs')
  const alias = aliases.get(subcommand)
  if (alias !== undefined) {
    const text = alias.startsWith('!') ? alias.slice(1) : `git ${alias}`
    const outcome = inSubshell(inside, (child) => runScript(text, { shell: { ...child, state: { ...child.state, positional: rest, usesAliases: false } }, way: beneath(way, `git alias ${subcommand}`) }))
    // What follows an alias is put behind it.
    if (rest.length > 0) inSubshell(inside, (child) => runScript(`${text} "$@"`, { shell: { ...child, state: { ...child.state, positional: rest } }, way: beneath(way, `git alias ${subcommand}`) }))
    return outcome
  }
  runInner(subcommand, rest, { ...call, shell: inside })
  if (/^(?:checkout|switch|pull|clone|merge|rebase|reset|restore|apply|am|stash|cherry-pick|revert|worktree|read-tree|checkout-index|sparse-checkout|submodule)$/.test(subcommand) && !(subcommand === 'stash' && /^(?:list|show)$/.test(rest[0] ?? ''))) shell.state.filesChanged = true
  return note(call, ['git', subcommand, ...rest], inside)
}

function note(call: LaunchCall, words: readonly string[], shell: LaunchCall['shell']): Outcome {
  const draft = new Draft(words, shell, call.way)
  gitKinds(draft)
  if (shell.state.secretStaged) call.shell.state.secretStaged = true
  addAct(shell.session, draft.toAct())
  return { ...nothing, out: draft.unknownOutput() }
}

function readSetting(setting: string, aliases: Map<string, string>, call: LaunchCall): void {
  const equals = setting.indexOf('=')
  const key = equals === -1 ? setting : setting.slice(0, equals)
  const value = equals === -1 ? '' : setting.slice(equals + 1)
  if (!isExact(key)) throw new Unreadable('git is given settings that are not known')
  const alias = /^alias\.(.+)$/i.exec(key)?.[1]
  if (alias !== undefined) {
    if (!isKnown(value)) throw new Unreadable('what an alias of git stands for is not known')
    aliases.set(alias, toPlain(value))
  } else if (commandSettings.test(key) && !/^(?:cat|less|true|false|vim|nano|ssh|)$/.test(value)) {
    if (/^core\.hookspath$/i.test(key)) {
      if (value === '/dev/null' || value === '') addTamper(call, setting)
      else throw new Unreadable('git is given hooks from elsewhere')
    } else if (/^(?:protocol|include|init|uploadpack|receive)/i.test(key) || !isKnown(value)) throw new Unreadable('git is given settings that are not understood')
    else runText(value.replace(/^!/, ''), call, `git -c ${key}`)
  }
}

function addTamper(call: LaunchCall, setting: string): void {
  addAct(call.shell.session, new Draft(['git', '-c', setting], call.shell, call.way).add('tamper').toAct())
}

function runText(text: string, { shell, way }: LaunchCall, label: string): void {
  inSubshell(shell, (child) => runScript(toPlain(text), { shell: withSh(child), way: { ...beneath(way, label), stdin: ANY } }))
}

/** Commands that a subcommand starts. */
function runInner(subcommand: string, rest: readonly string[], call: LaunchCall): void {
  if (subcommand === 'submodule' && rest.includes('foreach')) {
    const words = rest.slice(rest.indexOf('foreach') + 1).filter((word) => word !== '--recursive' && word !== '--quiet')
    runText(words.join(' '), call, 'git submodule foreach')
  }
  if (subcommand === 'bisect' && rest[0] === 'run') runText(rest.slice(1).join(' '), call, 'git bisect run')
  if (subcommand === 'filter-branch') for (const [index, word] of rest.entries()) if (/^--[\w-]+-filter$/.test(word)) runText(rest[index + 1] ?? '', call, 'git filter-branch')
  if (subcommand === 'rebase' || subcommand === 'pull') {
    for (const [index, word] of rest.entries()) {
      if (word === '--exec' || word === '-x') runText(rest[index + 1] ?? '', call, 'git rebase --exec')
      else if (/^(?:--exec=|-x.)/.test(word)) runText(word.replace(/^(?:--exec=|-x)/, ''), call, 'git rebase --exec')
    }
  }
  for (const [index, word] of rest.entries()) {
    const program = /^--(?:upload-pack|receive-pack|exec)=(.*)/.exec(word)?.[1] ?? (/^(?:--upload-pack|--receive-pack|-u)$/.test(word) && /^(?:clone|fetch|pull|ls-remote|push)$/.test(subcommand) && subcommand !== 'push' ? rest[index + 1] : undefined)
    if (program !== undefined && subcommand !== 'rebase' && !/^git-(?:upload|receive)-pack$/.test(program)) runText(program, call, `git ${subcommand}`)
    if (/^ext::/.test(word)) runText(word.slice(5), call, 'git ext::')
  }
  if (subcommand === 'difftool' || subcommand === 'mergetool') {
    const text = rest.flatMap((word, index) => (/^(?:-x|--extcmd)$/.test(word) ? [rest[index + 1] ?? ''] : /^--extcmd=/.test(word) ? [word.slice(9)] : []))[0]
    if (text !== undefined) runText(text, call, `git ${subcommand}`)
  }
  if (subcommand === 'grep') for (const word of rest) if (/^(?:-O|--open-files-in-pager=)./.test(word)) runText(word.replace(/^(?:-O|--open-files-in-pager=)/, ''), call, 'git grep')
}

