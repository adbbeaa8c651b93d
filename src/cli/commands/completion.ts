import type { Command } from 'commander'
import { print, whilePrinting } from '../print.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

interface CommandWords {
  readonly name: string
  readonly about: string
  readonly takesRun: boolean
  readonly inner: readonly { readonly name: string; readonly about: string }[]
  readonly options: readonly { readonly flag: string; readonly about: string; readonly values: readonly string[]; readonly takesValue: boolean }[]
}

/** `writ completion SHELL`: prints a script for the shell, made from the commands themselves. */
export async function completionCommand(shell: Shell, program: Command): Promise<number> {
  const words = program.commands.map(toWords)
  const script = { bash: toBash, zsh: toZsh, fish: toFish }[shell](words)
  return whilePrinting(async () => {
    await print(`${script}\n`)
    return 0
  })
}

function toWords(command: Command): CommandWords {
  return {
    name: command.name(),
    about: command.description(),
    takesRun: command.registeredArguments.some((argument) => ['run', 'what'].includes(argument.name())),
    inner: command.commands.map((each) => ({ name: each.name(), about: each.description() })),
    options: [...command.options, command.createOption('--help', 'show help')].flatMap((option) => (option.long ? [{ flag: option.long, about: option.description, values: option.argChoices ?? [], takesValue: option.required || option.optional }] : [])),
  }
}

/** Ids of runs, from the names of their folders: no process of Writ is started while somebody types. */
const listRuns = 'ls -1r "${XDG_STATE_HOME:-$HOME/.local/state}/writ/runs" 2>/dev/null | head -n 30'

function toBash(commands: readonly CommandWords[]): string {
  const cases = commands.map((command) => `    ${command.name}) words='${command.options.map((option) => option.flag).join(' ')}'${command.takesRun ? `; [[ $cur == -* ]] || words="${[...command.inner.map((each) => each.name), 'latest'].join(' ')} $(${listRuns})"` : ''} ;;`)
  const values = choices(commands).map(([flag, list]) => `    ${flag}) COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$cur")); return ;;`)
  return `# writ completion for bash: eval "$(writ completion bash)"
_writ() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=''
  if [[ $COMP_CWORD -eq 1 ]]; then COMPREPLY=($(compgen -W '${commands.map((command) => command.name).join(' ')} --help --version' -- "$cur")); return; fi
  case $prev in
${values.join('\n')}
    --repo) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    --contract|--key|--output|-o) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _writ writ`
}

function toZsh(commands: readonly CommandWords[]): string {
  const cases = commands.map((command) => {
    const options = command.options.map((option) => quote(`${option.flag}[${bare(option.about)}]${option.values.length > 0 ? `:value:(${option.values.join(' ')})` : option.flag === '--repo' ? ':directory:_files -/' : option.takesValue ? ':value:_files' : ''}`))
    return `    ${command.name}) _arguments ${[...options, ...(command.takesRun ? [quote(`1:run:_writ_runs ${command.inner.map((each) => each.name).join(' ')}`.trimEnd())] : [])].join(' ')} ;;`
  })
  return `#compdef writ
# writ completion for zsh: eval "$(writ completion zsh)"
_writ_runs() { local -a runs; runs=($@ latest \${(f)"$(${listRuns})"}); compadd -a runs }
_writ() {
  local -a commands
  commands=(${commands.map((command) => quote(`${command.name}:${bare(command.about)}`)).join(' ')})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ "$funcstack[1]" == _writ ]]; then _writ "$@"; else compdef _writ writ; fi`
}

function toFish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c writ -n __fish_use_subcommand -a ${command.name} -d ${quote(bare(command.about))}`,
    ...command.options.map((option) => `complete -c writ -n '__fish_seen_subcommand_from ${command.name}' -l ${option.flag.slice(2)}${option.values.length > 0 ? ` -xa '${option.values.join(' ')}'` : option.takesValue ? ' -r' : ''} -d ${quote(bare(option.about))}`),
    ...(command.takesRun ? [`complete -c writ -n '__fish_seen_subcommand_from ${command.name}' -a 'latest (__writ_runs)'`] : []),
    ...command.inner.map((each) => `complete -c writ -n '__fish_seen_subcommand_from ${command.name}' -a ${each.name} -d ${quote(bare(each.about))}`),
  ])
  return `# writ completion for fish: writ completion fish | source
function __writ_runs
  set -l state $HOME/.local/state
  set -q XDG_STATE_HOME; and set state $XDG_STATE_HOME
  ls -1r $state/writ/runs 2>/dev/null | head -n 30
end
complete -c writ -f
${lines.join('\n')}`
}

function choices(commands: readonly CommandWords[]): [string, readonly string[]][] {
  const all = new Map<string, readonly string[]>()
  for (const option of commands.flatMap((command) => command.options)) if (option.values.length > 0) all.set(option.flag, option.values)
  return [...all]
}

/** Without what means something to a shell's completion. */
function bare(text: string): string {
  return text.replaceAll(/[:[\]`$\\"]/g, ' ').replaceAll(/\s+/g, ' ').trim()
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
