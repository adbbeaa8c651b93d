/** A program that starts another one which follows in its words. */
export interface WrapperProgram {
  /** Options that stand alone. What is in neither list is not understood. */
  readonly plain: RegExp
  /** Options that take the next word, unless their value is attached. */
  readonly valued: RegExp
  /** Words of its own before the program. */
  readonly skips: number
  /** `NAME=value` words may come before the program. */
  readonly assigns: boolean
  /** Words that have to come first, as in `poetry run`. */
  readonly after: readonly string[]
}

const none = /^$/
const wrapper = (plain: RegExp = none, valued: RegExp = none, rest: Partial<WrapperProgram> = {}): WrapperProgram => ({ plain, valued, skips: 0, assigns: false, after: [], ...rest })
const runs = (...after: readonly string[]): WrapperProgram => wrapper(/^(?:-[qv]+|--quiet|--verbose|--no-sync|--frozen|--locked|--isolated|--offline|--all-extras|--dev|--no-dev|--active)$/, /^(?:--(?:with|extra|group|python|package|env-file|directory|project|cwd)|-[pCn])$/, { after })

export const wrapperPrograms: Readonly<Record<string, WrapperProgram>> = {
  noglob: wrapper(), nocorrect: wrapper(), nohup: wrapper(), setsid: wrapper(/^-[cfw]+$|^--(?:ctty|fork|wait)$/), nice: wrapper(/^-\d+$/, /^(?:-n|--adjustment)$/),
  ionice: wrapper(/^(?:-t|--ignore|-c\d|-n\d)$/, /^(?:-[cn]|--class|--classdata)$/), chrt: wrapper(/^-[abfiorR]+$/, none, { skips: 1 }), taskset: wrapper(/^-[ac]+$/, none, { skips: 1 }),
  timeout: wrapper(/^(?:-[fv]|--foreground|--preserve-status|--verbose)$/, /^(?:-[ks]|--kill-after|--signal)$/, { skips: 1 }),
  gtimeout: wrapper(/^(?:--foreground|--preserve-status)$/, /^(?:-[ks]|--kill-after|--signal)$/, { skips: 1 }),
  time: wrapper(/^(?:-[apqvV]+|--(?:append|portability|quiet|verbose))$/, /^(?:-[fo]|--format|--output)$/),
  stdbuf: wrapper(/^-[ioe](?:\d+\w*|[L0])$|^--(?:input|output|error)=/, /^-[ioe]$/), unbuffer: wrapper(/^-p$/), chronic: wrapper(/^-[ev]$/), eatmydata: wrapper(), catchsegv: wrapper(),
  strace: wrapper(/^-(?:[cCdfFhiIqrtTvVwxyzZ]+)$/, /^-(?:e|o|p|s|a|O|S|P|b|u|U)$/), ltrace: wrapper(/^-[cfhiLrStTV]+$/, /^-[aeFlnopsuwx]$/), valgrind: wrapper(/^--[\w-]+(?:=.*)?$|^-[qvh]$/),
  'xvfb-run': wrapper(/^(?:-a|--auto-servernum|-l)$/, /^(?:-[efnpsw]|--server-args|--error-file)$/), 'dbus-run-session': wrapper(), fakeroot: wrapper(),
  faketime: wrapper(/^-[fm]$/, none, { skips: 1 }), rlwrap: wrapper(/^-[acmnrR]+$/),
  setarch: wrapper(/^-[A-Z]+$|^--[\w-]+$/, none, { skips: 1 }), linux32: wrapper(), linux64: wrapper(), prlimit: wrapper(/^--\w+=.*$/),
  numactl: wrapper(/^-[a-zA-Z]$|^--\w+=.*$/), caffeinate: wrapper(/^-[dimsu]+$/, /^-[tw]$/),
  torsocks: wrapper(), proxychains: wrapper(/^-q$/), proxychains4: wrapper(/^-q$/), firejail: wrapper(/^--[\w-]+(?:=.*)?$/), arch: wrapper(/^-\w+$/),
  env: wrapper(/^(?:-|-[0iv]+|--(?:ignore-environment|null|debug)|--(?:block|default|ignore)-signal.*)$/, /^(?:-[uC]|--(?:unset|chdir))$/, { assigns: true }),
  'cross-env': wrapper(none, none, { assigns: true }), dotenv: wrapper(/^-[oc]$/, /^-[ev]$/), doppler: wrapper(none, none, { after: ['run'] }),
  sudo: wrapper(/^(?:-[AbEHKknPSVv]+|--(?:preserve-env.*|set-home|non-interactive|stdin|askpass|background|login|shell)|-[is]+)$/, /^(?:-[CDghpRrTtUu]|--(?:user|group|host|prompt|chdir|chroot|role|type|other-user|close-from))$/, { assigns: true }),
  doas: wrapper(/^-[Lns]+$/, /^-[aCu]$/), pkexec: wrapper(/^--(?:disable-internal-agent|keep-cwd)$/, /^--user$/), gosu: wrapper(none, none, { skips: 1 }), 'su-exec': wrapper(none, none, { skips: 1 }),
  setpriv: wrapper(/^--[\w-]+=.*$|^--(?:clear-groups|keep-groups|init-groups|nnp|no-new-privs|reset-env)$/), runuser: wrapper(/^-l$/, /^-u$/),
  chroot: wrapper(/^--(?:userspec|groups|skip-chdir).*$/, none, { skips: 1 }),
  unshare: wrapper(/^-[mUuipnCTrfc]+$|^--[\w-]+(?:=.*)?$/, /^-[RSGw]$/), nsenter: wrapper(/^-[amUuipnCTrFZ]+$|^--[\w-]+(?:=.*)?$/, /^-[tSGw]$/),
  bwrap: wrapper(/^--unshare-[\w-]+$|^--(?:die-with-parent|new-session|as-pid-1|clearenv)$/, /^--(?:proc|dev|tmpfs|chdir|dir|uid|gid|hostname)$/),
  bundle: runs('exec'), poetry: runs('run'), uv: runs('run'), pipenv: runs('run'), pdm: runs('run'), rye: runs('run'), hatch: runs('run'), pixi: runs('run'),
  asdf: runs('exec'), volta: runs('run'), direnv: wrapper(none, none, { after: ['exec'], skips: 1 }), pyenv: runs('exec'), rbenv: runs('exec'),
  conda: wrapper(/^(?:--no-capture-output|--live-stream)$/, /^(?:-[np]|--name|--prefix|--cwd)$/, { after: ['run'] }),
  micromamba: wrapper(none, /^-[np]$/, { after: ['run'] }), coverage: wrapper(none, none, { after: ['no-such-word'] }),
}

/** Those that give what they start more rights than the agent has. */
export const privilegedWrappers: ReadonlySet<string> = new Set(['sudo', 'doas', 'pkexec', 'gosu', 'su-exec', 'setpriv', 'runuser', 'chroot', 'unshare', 'nsenter', 'bwrap', 'su', 'setcap', 'setuid'])

/** Names by which a pattern in the place of a program is told, and which are looked for behind programs that are not known. */
export const notablePrograms: readonly string[] = [
  'git', 'npm', 'npx', 'pnpm', 'yarn', 'bun', 'node', 'deno', 'python', 'python3', 'perl', 'ruby', 'php', 'bash', 'sh', 'dash', 'zsh', 'ksh', 'curl', 'wget', 'nc', 'ncat',
  'netcat', 'socat', 'ssh', 'scp', 'sftp', 'rsync', 'rm', 'mv', 'cp', 'dd', 'chmod', 'chown', 'mkfs', 'shred',
  'kill', 'killall', 'pkill', 'sudo', 'su', 'doas', 'mount', 'docker', 'podman', 'kubectl', 'helm', 'terraform', 'aws', 'gcloud', 'az', 'gh', 'twine', 'cargo', 'gem',
  'pip', 'pip3', 'dropdb', 'psql', 'mysql', 'sqlite3', 'redis-cli', 'mongosh', 'find', 'xargs', 'eval', 'env', 'nohup', 'timeout',
  'cat', 'ls', 'echo', 'printf', 'base64', 'xxd', 'tee', 'sed', 'awk', 'grep', 'dig', 'host', 'nslookup', 'ping', 'mail', 'sendmail', 'busybox', 'tar', 'ftp', 'telnet',
  'writ', 'vercel', 'fly', 'heroku', 'ansible', 'gpg', 'openssl',
]
