import type { Act, ActKind, TouchedPath } from '../../protocol/command.ts'
import { isScratch, toPath, type Shell } from './reader-state.ts'
import { kindsByProgram, type Words } from './program-kinds.ts'
import { isKnown, unknownPart, type Word } from './words.ts'

interface Where {
  readonly shell: Shell
  readonly home: string
  readonly isSecret: (path: string) => boolean
  readonly via: readonly string[]
  /** What its code showed. */
  readonly kinds: readonly ActKind[]
  /** What it reads, for programs that take their orders from there: a database's client. */
  readonly stdin: Word | undefined
}

/** Programs that only name a file, without reading what is in it. */
const namesOnly = new Set(['echo', 'printf', 'ls', 'stat', 'touch', 'test', '[', 'basename', 'dirname', 'realpath', 'readlink', 'mkdir', 'rmdir', 'rm', 'unlink', 'which', 'chmod', 'du', 'tree', 'file', 'find', 'fd'])
const writers = new Set(['rm', 'rmdir', 'unlink', 'shred', 'touch', 'mkdir', 'chmod', 'chown', 'chgrp', 'truncate', 'tee', 'setfacl', 'chattr', 'install', 'mv', 'rename'])
/** Credentials that are kept outside of repositories. */
const credentialPlaces = /(^|\/)(\.ssh|\.aws|\.gnupg|\.kube|\.docker\/config\.json|\.netrc|\.git-credentials|\.config\/(gcloud|gh|hub|op)|\.azure|\.password-store|\.pgpass|\.my\.cnf|\.vault-token)(\/|$)|^\/proc\/(\d+|self|\*)\/environ|^\/etc\/(shadow|gshadow|sudoers)|^\/run\/secrets\//

/** What one program amounts to: its kinds, the paths and hosts that its words name. */
export function classify(name: string, rest: readonly Word[], where: Where): Act[] {
  const words = normalise(name, rest)
  const paths = pathsOf(name, words, where)
  const secret = !namesOnly.has(name) && paths.some((each) => each.access === 'read' && isSecretPath(each, where)) && !(name === 'git' && /^(status|log|diff|rm|check-ignore|ls-files|show)$/.test(words[0] ?? ''))
  const found = new Set<ActKind>([...where.kinds, ...kindsByProgram(name, { words, all: where.stdin === undefined ? rest : [...rest, where.stdin], paths })])
  if (secret) found.add('secret-read')
  if (isTampering(name, words, paths)) found.add('tamper')
  const hosts = hostsOf(name, words)
  if (hosts.length > 0 && /^(curl|wget|nc|ncat|ping|telnet|http|https|xh|aria2c)$/.test(name)) found.add('network')
  if (found.has('network') && words.some((word) => !isKnown(word) && /[.]/.test(word) && /^[^/]*$/.test(word.replace(/^\w+:\/\//, '').split('/')[0] ?? '') && (word.replace(/^\w+:\/\//, '').split('/')[0] ?? '').includes(unknownPart))) found.add('dns')
  const argv = [name, ...words].map((word) => (isKnown(word) ? word : null))
  return [{ argv, kinds: [...found].sort(), paths, hosts, via: [...where.via] }]
}

/** Without options that stand before the subcommand, so that rules see `git push` whatever was put between. */
function normalise(name: string, rest: readonly Word[]): readonly Word[] {
  const takes: Readonly<Record<string, RegExp>> = {
    git: /^(-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env)$/, npm: /^(--prefix|-w|--workspace|--registry|--userconfig)$/, pnpm: /^(-C|--dir|--filter|-F|--registry)$/, yarn: /^(--cwd|--registry)$/,
    docker: /^(-H|--host|-c|--context|--config|-l|--log-level)$/, kubectl: /^(-n|--namespace|--context|--kubeconfig|-s|--server|--cluster|--user)$/, cargo: /^(--manifest-path|--config|--color|-Z)$/, gh: /^(-R|--repo)$/, helm: /^(-n|--namespace|--kube-context)$/, aws: /^(--profile|--region|--endpoint-url)$/, terraform: /^$/, systemctl: /^(-H|-M)$/,
  }
  const option = takes[name]
  if (option === undefined) return rest
  let n = 0
  while (n < rest.length && (rest[n] ?? '').startsWith('-')) n += option.test(rest[n] ?? '') ? 2 : 1
  return n >= rest.length ? rest : rest.slice(n)
}

function isSecretPath({ path, outside }: TouchedPath, { isSecret }: Where): boolean {
  return outside ? credentialPlaces.test(path) : isSecret(path) || credentialPlaces.test(path)
}

/** Words that can be paths. What an option holds behind `=` or `@` counts too. */
function pathsOf(name: string, words: readonly Word[], where: Where): TouchedPath[] {
  const isWriter = writers.has(name) || (name === 'sed' && words.some((word) => /^-\w*i|^--in-place/.test(word))) || (name === 'dd')
  const found: TouchedPath[] = []
  words.forEach((word, n) => {
    const value = word.replace(/^-{1,2}[\w-]+=/, '').replace(/^(if|of)=/, '').replace(/^[^=@/\s]*=?@(?=[./~\w])/, '')
    if (value.startsWith('-') || !isKnown(value) || value === '' || /^\w+:\/\//.test(value) || value.length > 1000 || /[\n;|&<>(){}$]/.test(value)) return
    if (!looksLikePath(value, name)) return
    const path = toPath(where.shell, where.home, value)
    if (!path || (path.outside && isScratch(path.path))) return
    const isTarget = (name === 'cp' || name === 'ln' || name === 'rsync' || name === 'scp') && n === words.length - 1 || (name === 'dd' && word.startsWith('of='))
    found.push({ ...path, access: (isWriter && !(name === 'dd' && word.startsWith('if='))) || isTarget ? 'write' : 'read' })
  })
  return found.slice(0, 100)
}

function looksLikePath(value: string, name: string): boolean {
  if (/^[/.~]/.test(value) || value.includes('/')) return true
  if (writers.has(name) || ['cat', 'head', 'tail', 'less', 'more', 'cp', 'source', 'grep', 'rg', 'xxd', 'base64', 'od', 'strings', 'tar', 'zip', 'gzip', 'scp', 'curl', 'awk', 'sed', 'sort', 'git', 'wget', 'nl', 'tac', 'rev', 'cut', 'vim', 'vi', 'nano', 'diff', 'openssl', 'gpg', 'python', 'python3', 'node', 'rsync', 'dd', 'jq', 'yq', 'ssh-add', 'ssh-keygen', 'aws', 'gcloud', 'docker', 'kubectl'].includes(name)) return true
  return /\.[A-Za-z0-9]{1,8}$/.test(value)
}

/** What judges or records the work: git's own folder and hooks, Writ's settings and answers, the switch that leaves checks out. */
function isTampering(name: string, words: Words['words'], paths: readonly TouchedPath[]): boolean {
  if (paths.some((each) => each.access === 'write' && /(^|\/)(\.git|\.writ)(\/|$)|(^|\/)\.(local\/state|config)\/writ(\/|$)/.test(each.path))) return true
  if (name === 'writ') return /^(approve|reject|accept|undo|amend|policy|keys|quarantine|clean|import|rollback|approvals|notify)$/.test(words[0] ?? '') && !/^(check|test|explain|lint|list)$/.test(words[1] ?? '')
  if (name !== 'git') return false
  if (words[0] === 'config') return words.some((word) => /^(core\.(hookspath|fsmonitor|sshcommand|editor|pager|askpass)|alias\.|credential\.|include\.|includeif\.|url\.|http\..*proxy|user\.signingkey|gpg\.)/i.test(word)) && !words.some((word) => /^(--get|--list|-l|get|list)/.test(word))
  return /^(commit|push|merge|rebase|am|cherry-pick)$/.test(words[0] ?? '') && (words.includes('--no-verify') || (words[0] === 'commit' && words.some((word) => /^-[a-z]*n[a-z]*$/.test(word) && !/^-m/.test(word))))
}

function hostsOf(name: string, words: readonly Word[]): string[] {
  const found = new Set<string>()
  words.forEach((word, n) => {
    const url = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/@\s]*@)?([^/:?#\s\u0000]+)(?::(\d+))?/i.exec(word)
    if (url?.[1]) found.add(url[2] ? `${url[1]}:${url[2]}` : url[1])
    if (/^(scp|rsync|sftp|git)$/.test(name)) {
      const remote = /^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+|\w[\w.-]*):(?!\/\/)/.exec(word)
      if (remote?.[1] && (name !== 'git' || word.includes('@'))) found.add(remote[1])
    }
    if (/^(-h|--host|-H)$/.test(words[n - 1] ?? '') && /^(psql|mysql|mysqldump|pg_dump|redis-cli|mongosh?|dropdb|createdb|sqlcmd|cqlsh)$/.test(name) && isKnown(word)) found.add(word)
    if (/^(curl|wget|ping|ping6|dig|host|nslookup|nc|ncat|telnet|ftp|http|https|xh)$/.test(name) && !word.startsWith('-') && /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(word) && !/\.(json|txt|html|gz|zip|sh|tar|tgz|md|out|log|xml|csv|yml|yaml|js|py)$/.test(word)) found.add(word.split('/')[0] ?? word)
  })
  return [...found].slice(0, 20)
}
