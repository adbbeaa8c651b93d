import type { ActKind } from '../../../protocol/command.ts'
import type { Draft } from '../draft.ts'
import { parseOptions } from '../draft.ts'
import { hostsIn } from '../read-code.ts'
import { isExact, isKnown, toPlain } from '../text-marks.ts'
import type { Classifier } from './classify.ts'

const curlValued = ['o', 'X', 'H', 'd', 'F', 'T', 'u', 'A', 'b', 'c', 'e', 'K', 'm', 'w', 'x', 'r', 'C', 'E', 'D', 'Y', 'y', 'z', 'P', 'Q', 't', 'U', 'output', 'request', 'header', 'data', 'data-raw', 'data-binary', 'data-urlencode', 'data-ascii', 'json', 'form', 'form-string', 'upload-file', 'user', 'user-agent', 'cookie', 'cookie-jar', 'referer', 'config', 'max-time', 'connect-timeout', 'write-out', 'proxy', 'range', 'retry', 'retry-delay', 'retry-max-time', 'cacert', 'cert', 'key', 'capath', 'resolve', 'url', 'url-query', 'unix-socket', 'output-dir', 'limit-rate', 'max-redirs', 'interface', 'dump-header', 'netrc-file', 'socks5', 'mail-from', 'mail-rcpt', 'oauth2-bearer', 'doh-url', 'connect-to', 'proxy-user', 'stderr', 'trace', 'trace-ascii']
const curlSends = ['d', 'F', 'T', 'data', 'data-raw', 'data-binary', 'data-urlencode', 'data-ascii', 'json', 'form', 'form-string', 'upload-file', 'url-query', 'mail-from']

function addHosts(draft: Draft, words: readonly string[], bare: boolean): void {
  for (const word of words) {
    const found = hostsIn(toPlain(word))
    if (found.length > 0) for (const host of found) draft.host(host)
    else if (bare && isKnown(word) && /^(?:[^\s/@]+@)?(?:[\w.-]+\.[\w-]+|localhost|[\w-]+(?=:\d))(?::\d+)?(?:\/|$|:)/.test(word)) draft.host(word.replace(/^[^\s/@]+@/, '').replace(/(?<=[\w-]):(?!\d).*$|\/.*$/, ''))
  }
}

const curl: Classifier = (draft) => {
  if (draft.args.every((arg) => /^(?:-V|--version|-h|--help|--manual)$/.test(arg))) return
  const { flags, values, operands } = parseOptions(draft.args, curlValued)
  const all = (...names: readonly string[]): readonly string[] => names.flatMap((name) => values.get(name) ?? [])
  addHosts(draft, [...operands, ...all('url', 'x', 'proxy', 'doh-url')], true)
  draft.add('network')
  const methods = all('X', 'request')
  if (curlSends.some((flag) => flags.has(flag)) || methods.some((method) => !/^(?:GET|HEAD|OPTIONS)$/i.test(method))) draft.add('upload')
  for (const value of all('d', 'data', 'data-binary', 'data-ascii', 'json', 'data-urlencode', 'F', 'form', 'H', 'header')) {
    const path = /(?:^|[=;])[@<]([^;]+)/.exec(value)?.[1] ?? /^[^@=]*@(.+)/.exec(value)?.[1]
    if (path !== undefined) readSent(draft, path)
  }
  for (const path of all('T', 'upload-file', 'K', 'config', 'netrc-file', 'b', 'E', 'cert', 'key')) if (!path.includes('=')) readSent(draft, path)
  for (const path of all('o', 'output')) draft.changes(path)
  if (flags.has('O') || flags.has('remote-name') || flags.has('J') || flags.has('K') || flags.has('config')) draft.shell.state.filesChanged = true
  if (flags.has('n') || flags.has('netrc')) draft.add('secret-read')
  addWebhook(draft)
}

function readSent(draft: Draft, path: string): void {
  if (path === '-' || path === '.') return
  draft.reads(path)
}

function addWebhook(draft: Draft): void {
  if (/hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org|webhook\.office\.com|chat\.googleapis\.com|api\.(?:sendgrid|mailgun|postmarkapp|twilio)/.test(draft.args.filter((arg) => isKnown(arg)).join(' '))) draft.add('message')
}

const wget: Classifier = (draft) => {
  const { flags, values, operands } = parseOptions(draft.args, ['O', 'o', 'P', 'i', 'U', 'output-document', 'directory-prefix', 'post-data', 'post-file', 'body-data', 'body-file', 'method', 'header', 'user', 'password', 'timeout', 'T', 't', 'tries', 'e', 'input-file', 'user-agent'])
  addHosts(draft, operands, true)
  draft.add('network')
  if (['post-data', 'post-file', 'body-data', 'body-file'].some((flag) => flags.has(flag)) || (values.get('method') ?? []).some((method) => !/^(?:GET|HEAD)$/i.test(method))) draft.add('upload')
  for (const path of [...(values.get('post-file') ?? []), ...(values.get('body-file') ?? []), ...(values.get('i') ?? [])]) draft.reads(path)
  const outputs = [...(values.get('O') ?? []), ...(values.get('output-document') ?? [])].filter((path) => path !== '-')
  for (const path of outputs) draft.changes(path)
  if (outputs.length === 0) draft.shell.state.filesChanged = true
  addWebhook(draft)
}

const reach = (...kinds: readonly ActKind[]): Classifier => (draft) => {
  draft.add('network', ...kinds)
  addHosts(draft, draft.args.filter((arg) => !arg.startsWith('-')), true)
  for (const [index, arg] of draft.args.entries()) if (/^(?:-h|--host|--server|-S|-H)$/.test(arg) && isKnown(draft.args[index + 1])) draft.host(draft.args[index + 1] ?? '')
}

const netcat: Classifier = (draft) => {
  draft.add('network')
  const operands = parseOptions(draft.args, ['w', 'p', 's', 'x', 'X', 'i', 'q', 'e', 'c']).operands
  if (draft.args.some((arg) => /^-\w*l/.test(arg))) return
  if (operands[0] !== undefined && isKnown(operands[0])) draft.host(operands.length > 1 ? `${operands[0]}:${operands[1] ?? ''}` : operands[0])
  if (!draft.args.some((arg) => /^-\w*z/.test(arg))) draft.add('upload')
  if (draft.args.some((arg) => /^-\w*[ec]$|^--(?:exec|sh-exec)/.test(arg))) draft.add('remote-shell')
}

const copyAcross: Classifier = (draft) => {
  const operands = parseOptions(draft.args, ['i', 'P', 'o', 'F', 'S', 'J', 'l', 'e', 'rsh', 'exclude', 'include', 'filter', 'f', 'port', 'password-file', 'files-from', 'T', 'max-size']).operands
  const isRemote = (word: string): boolean => /^(?:[^\s/@]+@)?[^\s/:]+:/.test(word) || /^(?:rsync|scp|sftp):\/\//.test(word)
  if (draft.name === 'rsync' && !operands.some(isRemote) && operands.every((word) => isKnown(word))) {
    for (const path of operands.slice(0, -1)) draft.reads(path)
    draft.changes(operands.at(-1) ?? '')
    if (draft.args.some((arg) => arg.startsWith('--delete'))) draft.add('recursive-delete')
    return
  }
  draft.add('network')
  for (const word of operands) if (isRemote(word)) draft.host(word.replace(/^(?:rsync|scp|sftp):\/\//, '').replace(/^[^\s/@]+@/, '').replace(/[:/].*$/, ''))
  const last = operands.at(-1)
  if (draft.name !== 'sftp' && last !== undefined && (isRemote(last) || !isKnown(last))) draft.add('upload')
  if (draft.name === 'sftp' || draft.name === 'ftp' || draft.name === 'lftp') draft.add('upload')
  for (const path of operands) if (!isRemote(path)) draft.reads(path)
}

const remote: Classifier = (draft) => {
  draft.add('network', 'remote-shell')
  const [target] = parseOptions(draft.args, ['B', 'b', 'c', 'D', 'E', 'e', 'F', 'I', 'i', 'J', 'L', 'l', 'm', 'O', 'o', 'p', 'Q', 'R', 'S', 'W', 'w']).operands
  if (target !== undefined) draft.host(target.replace(/^ssh:\/\//, '').replace(/^[^@]*@/, ''))
  if (draft.way.stdin !== '' && draft.way.stdin !== '\uE000') draft.add('upload')
}

const dns: Classifier = (draft) => {
  draft.add('network', 'dns')
  for (const word of draft.args) {
    if (word.startsWith('@')) draft.host(word.slice(1))
    else if (/\.[a-z]{2,}\.?$/i.test(word) && !word.startsWith('-') && !word.startsWith('+')) draft.host(word.replace(/\.$/, ''))
  }
}

const ping: Classifier = (draft) => {
  const operands = parseOptions(draft.args, ['c', 'i', 'w', 'W', 's', 't', 'I', 'm', 'p', 'q']).operands
  draft.add('network')
  for (const host of operands) {
    draft.host(host)
    if (!isExact(host)) draft.add('dns')
  }
}

export const networkKinds: Readonly<Record<string, Classifier>> = {
  curl, curlie: curl, wget, wget2: wget, aria2c: reach(), axel: reach(), lynx: reach(), w3m: reach(), links: reach(), http: reach('upload'), https: reach('upload'),
  xh: reach('upload'), httpie: reach('upload'), websocat: reach('upload'), grpcurl: reach('upload'),
  nc: netcat, ncat: netcat, netcat,
  socat: (draft) => { draft.add('network', 'upload'); for (const arg of draft.args) { const match = /^(?:TCP|UDP|OPENSSL|SSL|SOCKS)[\w-]*:([^,:]+:\w+)/i.exec(arg); if (match !== null) draft.host(match[1] ?? ''); if (/^(?:EXEC|SYSTEM):/i.test(arg)) draft.add('remote-shell') } },
  telnet: reach('remote-shell'), ftp: copyAcross, lftp: copyAcross, tftp: copyAcross, scp: copyAcross, sftp: copyAcross, rsync: copyAcross, rclone: reach('upload'),
  croc: reach('upload'), 'magic-wormhole': reach('upload'), wormhole: reach('upload'), ngrok: reach('upload'), cloudflared: reach('upload'), transfer: reach('upload'),
  ssh: remote, autossh: remote, mosh: remote, rsh: remote, rlogin: remote, 'ssh-copy-id': (draft) => { remote(draft); draft.add('upload') }, 'ssh-keyscan': reach(),
  'ssh-add': (draft) => draft.add('secret-read'),
  dig: dns, nslookup: dns, host: dns, drill: dns, kdig: dns, dog: dns, resolvectl: dns, getent: (draft) => { if (/hosts/.test(draft.args[0] ?? '')) dns(draft) }, whois: reach(),
  ping, ping6: ping, fping: ping, traceroute: ping, tracepath: ping, mtr: ping, nmap: reach(), masscan: reach(),
  openssl: (draft) => { if (/^s_(?:client|server)$/.test(draft.args[0] ?? '')) { draft.add('network', 'upload'); const at = draft.args.indexOf('-connect'); if (at !== -1) draft.host(draft.args[at + 1] ?? '') } },
  mail: reach('message', 'upload'), mailx: reach('message', 'upload'), sendmail: reach('message', 'upload'), mutt: reach('message', 'upload'),
  swaks: reach('message', 'upload'), msmtp: reach('message', 'upload'), ssmtp: reach('message', 'upload'), 'slack-cli': reach('message', 'upload'),
  slack: reach('message', 'upload'), notify: reach('message', 'upload'), wall: (draft) => draft.add('message'), write: (draft) => draft.add('message'),
}
