import type { Draft } from '../draft.ts'
import { parseOptions } from '../draft.ts'
import { hostsIn } from '../read-code.ts'
import { resolvePath } from '../resolve-path.ts'
import { hasSecret, isKnown } from '../text-marks.ts'

const remote = new Set(['push', 'fetch', 'pull', 'clone', 'ls-remote', 'remote-https', 'send-pack', 'fetch-pack', 'http-push', 'svn', 'p4', 'archive', 'lfs', 'annex'])
/** Remotes that deploy what they are pushed, by their usual names and their hosts. */
const deployingRemote = /^(?:heroku|dokku|piku|clever|scalingo|gigalixir|azure|production|prod|staging)(?:[-_]\w+)?$|(?:^|[@/])(?:git\.heroku\.com|[\w.-]+\.scm\.azurewebsites\.net|git\.gigalixir\.com|[\w.-]*\.clever-cloud\.com|ssh\.[\w.-]*scalingo\.com)[:/]|^(?:ssh:\/\/)?(?:dokku|piku)@/
const judgingSettings = /^(?:core\.(?:hookspath|sshcommand|editor|pager|fsmonitor|worktree|bare)|alias\.|filter\.|url\.|credential|include|protocol|gpg|commit\.gpgsign|init\.templatedir|diff\.|merge\.)/i

/** What shows content that git has: a file that holds secrets is read there as well as anywhere. */
const showing = new Set(['show', 'cat-file', 'log', 'diff', 'diff-tree', 'diff-index', 'whatchanged', 'format-patch', 'blame', 'annotate', 'grep', 'archive', 'checkout-index', 'range-diff', 'bundle', 'fast-export'])

/** What a `git <subcommand> …` amounts to. */
export function gitKinds(draft: Draft): void {
  const [subcommand = '', ...rest] = draft.args
  const has = (...names: readonly string[]): boolean => rest.some((word) => names.includes(word) || names.some((name) => name.startsWith('--') && word.startsWith(`${name}=`)))
  const letter = (char: string): boolean => rest.some((word) => /^-[A-Za-z]+$/.test(word) && word.includes(char))
  const operands = rest.filter((word) => !word.startsWith('-'))
  if (has('--no-verify') || (subcommand === 'commit' && letter('n'))) draft.add('tamper')
  const reaches = remote.has(subcommand) || (subcommand === 'submodule' && /^(?:update|add|sync)$/.test(operands[0] ?? '')) || (subcommand === 'remote' && /^(?:add|set-url|update|show|prune|rename)$/.test(operands[0] ?? ''))
  if (reaches && !(subcommand === 'archive' && !has('--remote')) && !(subcommand === 'lfs' && !/^(?:push|pull|fetch|clone)$/.test(operands[0] ?? ''))) {
    draft.add('git-remote')
    if (subcommand !== 'remote') draft.add('network')
    for (const word of operands) for (const host of findHosts(word)) draft.host(host)
  }
  if (showing.has(subcommand)) for (const path of findShown(rest, (path) => draft.isSecret(path))) draft.reads(path)
  switch (subcommand) {
    case 'push': case 'send-pack': case 'http-push': {
      draft.add('upload')
      // A push to these places is what brings it out.
      if (operands.some((word) => deployingRemote.test(word))) draft.add('deploy')
      const forced = has('--force', '--force-with-lease', '--force-if-includes', '--mirror', '--delete', '--prune') || letter('f') || letter('d') || operands.some((word) => /^[+:]/.test(word))
      if (forced || rest.some((word) => !isKnown(word) && /^[+:-]/.test(word))) draft.add('force-push')
      if (draft.shell.state.secretStaged) draft.add('secret-out')
      break
    }
    case 'rebase': if (!has('--abort', '--continue', '--skip', '--quit', '--show-current-patch')) draft.add('history-rewrite'); break
    case 'filter-branch': case 'filter-repo': case 'fast-import': case 'replace': draft.add('history-rewrite'); break
    case 'reset': if (has('--hard', '--keep', '--merge')) draft.add('history-rewrite'); break
    case 'commit': if (has('--amend')) draft.add('history-rewrite'); break
    case 'update-ref': case 'symbolic-ref': if (has('--delete') || letter('d') || operands.length > 1) draft.add('history-rewrite'); break
    case 'reflog': if (/^(?:expire|delete)$/.test(operands[0] ?? '')) draft.add('history-rewrite'); break
    case 'gc': if (has('--prune')) draft.add('history-rewrite'); break
    case 'prune': draft.add('history-rewrite'); break
    case 'branch': case 'tag': if (letter('D') || (subcommand === 'tag' && letter('d')) || letter('M') || has('--force') || letter('f') || (has('--delete') && letter('f'))) draft.add('history-rewrite'); break
    case 'stash': if (/^(?:drop|clear)$/.test(operands[0] ?? '')) draft.add('history-rewrite'); break
    case 'clean': if ((letter('f') || has('--force')) && !letter('n') && !has('--dry-run')) {
      draft.add('recursive-delete')
      const paths = parseOptions(rest, ['e', 'exclude']).operands
      for (const path of paths.length > 0 ? paths : ['.']) draft.writes(path)
    } break
    case 'rm': if (letter('r')) draft.add('recursive-delete'); for (const path of operands) draft.changes(path); break
    case 'mv': for (const path of operands) draft.changes(path); break
    case 'config': if (operands.length > 1 || has('--unset', '--unset-all', '--add', '--replace-all', '--edit', '-e', '--remove-section', '--rename-section')) {
      const key = operands.find((word) => word.includes('.')) ?? ''
      if (judgingSettings.test(key) || has('--global', '--system', '--edit', '-e', '--file') || !isKnown(key)) draft.add('tamper')
    } break
    case 'add': case 'stage': if (operands.some((path) => draft.isSecret(path)) || copiedSecrets(draft, operands)) draft.shell.state.secretStaged = true; break
    case 'credential': case 'credential-store': case 'credential-cache': draft.add('secret-read'); break
    case 'send-email': case 'imap-send': case 'request-pull': draft.add('message', 'network', 'upload'); break
    case 'worktree': if (operands[0] === 'remove' && (has('--force') || letter('f'))) draft.add('recursive-delete'); break
    default:
  }
}

/** Files whose content is shown: `REV:path`, what comes after `--`, and any word that names a secret. */
function findShown(words: readonly string[], isSecret: (path: string) => boolean): ReadonlySet<string> {
  const end = words.indexOf('--')
  const named = words.flatMap((word, n) => {
    if (end !== -1 && n > end) return [word]
    if (word.startsWith('-')) return []
    const inRevision = /^[^:]*:(.+)$/.exec(word)?.[1]
    return inRevision !== undefined ? [inRevision] : isSecret(word) ? [word] : []
  })
  return new Set(named)
}

/** A secret under another name, which the same command has given it. */
function copiedSecrets(draft: Draft, operands: readonly string[]): boolean {
  const { files } = draft.shell.state
  const named = new Set(operands.map((path) => resolvePath(path, draft.shell)))
  return [...files].some(([path, content]) => hasSecret(content) && [...named].some((each) => path === each || path.startsWith(`${each}/`))) || (operands.length === 0 && [...files.values()].some(hasSecret))
}

function findHosts(word: string): readonly string[] {
  const hosts = hostsIn(word)
  if (hosts.length > 0) return hosts
  const match = /^(?:[\w.-]+@)?([\w.-]+\.[a-z]{2,}|[\w.-]+(?=:[\w~/]))(?::\S*)$/i.exec(word)
  return match?.[1] === undefined || /^(?:HEAD|refs)$/.test(match[1]) ? [] : word.includes('@') || /\.[a-z]{2,}:/.test(word) ? [match[1]] : []
}
