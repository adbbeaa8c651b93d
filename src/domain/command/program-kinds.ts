import type { ActKind, TouchedPath } from '../../protocol/command.ts'
import type { Word } from './words.ts'

export interface Words {
  /** Without the options before the subcommand. */
  readonly words: readonly Word[]
  readonly all: readonly Word[]
  readonly paths: readonly TouchedPath[]
}

type Classifier = (words: Words) => readonly ActKind[]

const none: Classifier = () => []
const always = (...kinds: readonly ActKind[]): Classifier => () => kinds
const has = (words: readonly Word[], pattern: RegExp): boolean => words.some((word) => pattern.test(word))
const on = (first: Readonly<Record<string, readonly ActKind[]>>): Classifier => ({ words }) => first[words[0] ?? ''] ?? []

const drops = /\b(drop\s+(table|database|schema|view|user|role|index|keyspace|collection)|truncate\b|delete\s+from\s+[\w."`]+\s*(;|$)|flushall|flushdb|dropdatabase|\.drop\s*\(|deletemany\s*\(\s*\{\s*\}|alter\s+table\b.*\bdrop\b)/i
const database: Classifier = ({ all }) => [...(all.some((word) => drops.test(word)) ? (['database-drop'] as const) : []), ...(has(all, /^(-h|--host|-H)/) || has(all, /^\w+:\/\//) ? (['network'] as const) : [])]

const git: Classifier = ({ words }) => {
  const [command = '', ...rest] = words
  const kinds: ActKind[] = []
  if (/^(push|send-pack|fetch|pull|clone|ls-remote|fetch-pack|archive)$/.test(command) && (command !== 'archive' || has(rest, /^--remote/))) kinds.push('network')
  if (command === 'push' || command === 'send-pack' || command === 'send-email' || command === 'request-pull' || (command === 'remote' && /^(add|set-url)$/.test(rest[0] ?? '')) || (command === 'lfs' && rest[0] === 'push') || (command === 'subtree' && rest[0] === 'push')) kinds.push('git-remote')
  if (command === 'push' || command === 'send-pack') {
    kinds.push('upload')
    if (has(rest, /^(-\w*[fd]\w*|--force.*|--mirror|--delete|--prune|\+.+|:.+)$/)) kinds.push('force-push')
  }
  if (command === 'send-email') kinds.push('message', 'network')
  if (/^(filter-branch|filter-repo|replace)$/.test(command) || (command === 'rebase' && !has(rest, /^--(abort|continue|skip|quit)$/)) || (command === 'reset' && has(rest, /^--(hard|merge|keep)$/)) || (command === 'commit' && has(rest, /^--amend$/)) || (command === 'update-ref' && has(rest, /^(-d|--stdin)$/)) || (command === 'reflog' && /^(expire|delete)$/.test(rest[0] ?? '')) || (command === 'gc' && has(rest, /^--prune/)) || command === 'prune' || (command === 'branch' && has(rest, /^(-\w*[dDMf]\w*|--delete|--force)$/)) || (command === 'tag' && has(rest, /^(-d|--delete|-f|--force)$/)) || (command === 'stash' && /^(drop|clear)$/.test(rest[0] ?? '')) || (command === 'checkout' && has(rest, /^-B$/))) kinds.push('history-rewrite')
  if ((command === 'clean' && has(rest, /^-\w*f/)) || (command === 'rm' && has(rest, /^-\w*r/))) kinds.push('recursive-delete')
  if (command === 'credential' || (command === 'config' && has(rest, /credential|token|password/i))) kinds.push('secret-read')
  return kinds
}

const packageManager: Classifier = ({ words }) => {
  const [command = ''] = words
  if (/^(publish|unpublish|deprecate|dist-tag|stage)$/.test(command) || (command === 'npm' && words[1] === 'publish')) return ['network', 'publish', 'upload']
  if (/^(owner|access|team|org|token|login|adduser|logout|profile|hook)$/.test(command)) return ['network', 'registry']
  if (/^(install|i|ci|add|update|upgrade|up|dedupe|audit|outdated|link|create|init|dlx|import|install-test|it|remove|rm|uninstall)$/.test(command)) return ['package-install']
  if (command === 'config' && has(words.slice(1), /(_auth|token|registry)/i)) return ['registry']
  return []
}

const curl: Classifier = ({ all }) => {
  const kinds: ActKind[] = ['network']
  const method = /^(POST|PUT|PATCH|DELETE|MKCOL|COPY|MOVE)$/i
  const sends = all.some((word, n) => (/^(-X|--request)$/.test(all[n - 1] ?? '') && method.test(word)) || /^-X(POST|PUT|PATCH|DELETE)/i.test(word) || /^--request=(POST|PUT|PATCH|DELETE)/i.test(word)
    || /^(-d.*|--data.*|-F.*|--form.*|-T.*|--upload-file.*|--json.*|--post-(data|file).*|--body-(data|file).*|--method=(POST|PUT|PATCH|DELETE).*)$/i.test(word) || /^-[a-zA-Z]*[dFT]$/.test(word)) || (method.test(all[0] ?? ''))
  if (sends) kinds.push('upload')
  return kinds
}

const copyAway: Classifier = ({ all }) => {
  const target = all.filter((word) => !word.startsWith('-')).at(-1) ?? ''
  const isRemote = (word: Word): boolean => /^[^/\s]+:/.test(word) || /^\w+:\/\//.test(word)
  if (!all.some(isRemote)) return []
  return isRemote(target) ? ['network', 'upload'] : ['network']
}

const cloud: Classifier = ({ words }) => {
  const text = words.join(' ')
  if (/^(s3|s3api)\s+(cp|sync|mv|rb|rm|put|delete)/.test(text) || /\b(upload|put-object|blob upload)\b/.test(text)) return ['network', 'upload', 'deploy']
  if (words.length === 0 || /^(--?version|help|--help)/.test(text) || /\b(describe|list|get|show|ls)\b/.test(text) && !/\b(create|delete|update|deploy|apply|put|set|run|start|stop)\b/.test(text)) return ['network']
  return ['network', 'deploy']
}

const infrastructure: Classifier = ({ words }) => (/^(apply|destroy|up|down|deploy|import|taint|untaint|remove|rollback|upgrade|install|uninstall|delete|create|replace|patch|scale|rollout|drain|cordon|edit|label|annotate|set|run|expose|autoscale|state|refresh|push)$/.test(words[0] ?? '') ? ['network', 'deploy'] : ['network'])

const chmod: Classifier = ({ all }) => (has(all, /^(-\w*R\w*|--recursive)$/) || has(all, /^0?777$|^[ugoa]*\+?[rwx]*s|^a\+w|^o\+w|^[24-7]\d{3}$/) ? ['permission-change'] : [])

const rm: Classifier = ({ all }) => (has(all, /^(-\w*[rR]\w*|--recursive)$/) ? ['recursive-delete'] : [])

const dd: Classifier = ({ all }) => (has(all, /^of=\/dev\/(?!null|stdout|stderr)/) || (has(all, /^if=\/dev\/(zero|urandom|random)/) && !has(all, /^count=\d{1,5}$/)) ? ['disk-destruction'] : [])

const sed: Classifier = ({ all, paths }) => (has(all, /^-\w*i|^--in-place/) && (has(all, /\u0000|[*?]/) || paths.length > 10) ? ['mass-edit'] : [])

const killing: Classifier = ({ all }) => (has(all, /^(-1|--)$/) && all.includes('-1') && !all.some((word) => /^\d{2,}$/.test(word)) ? ['process-bomb'] : [])

const programs: Readonly<Record<string, Classifier>> = {
  git, npm: packageManager, pnpm: packageManager, yarn: packageManager, bun: packageManager, lerna: packageManager, cnpm: packageManager,
  changeset: on({ publish: ['network', 'publish'] }), 'semantic-release': always('network', 'publish'), vsce: on({ publish: ['network', 'publish'] }), ovsx: on({ publish: ['network', 'publish'] }), jsr: on({ publish: ['network', 'publish'] }),
  twine: on({ upload: ['network', 'publish', 'upload'], register: ['network', 'publish'] }), flit: on({ publish: ['network', 'publish'] }), poetry: on({ publish: ['network', 'publish'], add: ['package-install'], install: ['package-install'] }), hatch: on({ publish: ['network', 'publish'] }), pdm: on({ publish: ['network', 'publish'] }), uv: on({ publish: ['network', 'publish'], add: ['package-install'], sync: ['package-install'], pip: ['package-install'] }),
  gem: on({ push: ['network', 'publish'], yank: ['network', 'publish'], owner: ['registry'], install: ['package-install'], signin: ['registry'] }), cargo: on({ publish: ['network', 'publish'], yank: ['network', 'publish'], owner: ['registry'], login: ['registry'], install: ['package-install'], add: ['package-install'] }),
  pip: on({ install: ['package-install'], download: ['package-install'], config: ['registry'] }), pip3: on({ install: ['package-install'], download: ['package-install'] }), pipx: on({ install: ['package-install'], run: ['package-install'] }), conda: on({ install: ['package-install'] }), apt: on({ install: ['package-install'], remove: ['package-install'] }), 'apt-get': on({ install: ['package-install'], remove: ['package-install'] }), apk: on({ add: ['package-install'] }), yum: always('package-install'), dnf: always('package-install'), brew: on({ install: ['package-install'] }), go: on({ get: ['package-install'], install: ['package-install'] }), composer: on({ require: ['package-install'], install: ['package-install'] }),
  mvn: ({ words }) => (has(words, /^(deploy|release:perform|deploy:deploy)/) ? ['network', 'publish', 'deploy'] : []), mvnw: ({ words }) => (has(words, /^deploy/) ? ['network', 'publish', 'deploy'] : []), gradle: ({ words }) => (has(words, /^:?(\w+:)*publish|upload/i) ? ['network', 'publish'] : []), gradlew: ({ words }) => (has(words, /publish|upload/i) ? ['network', 'publish'] : []), dotnet: ({ words }) => (words[0] === 'nuget' && /^(push|delete)$/.test(words[1] ?? '') ? ['network', 'publish'] : words[0] === 'add' ? ['package-install'] : []), nuget: on({ push: ['network', 'publish'], delete: ['network', 'publish'] }),
  docker: ({ words }) => (/^(push|login)$/.test(words[0] ?? '') || has(words, /^--push$/) ? ['network', 'publish'] : /^(pull|run|build|buildx|compose)$/.test(words[0] ?? '') ? ['network'] : /^(system|volume|image|container|builder)$/.test(words[0] ?? '') && words[1] === 'prune' ? ['recursive-delete'] : []), podman: on({ push: ['network', 'publish'], pull: ['network'] }), skopeo: on({ copy: ['network', 'publish'] }), oras: on({ push: ['network', 'publish'] }), crane: on({ push: ['network', 'publish'] }), buildah: on({ push: ['network', 'publish'] }),
  gh: ({ words }) => (words[0] === 'release' ? ['network', 'publish'] : words[0] === 'auth' && /^token$/.test(words[1] ?? '') ? ['secret-read', 'network'] : /^(secret|variable|ssh-key|gpg-key)$/.test(words[0] ?? '') ? ['network', 'upload'] : words[0] === 'gist' || words[0] === 'api' && has(words, /^(-X|--method|-f|-F|--input|--field|--raw-field)/) ? ['network', 'upload'] : has(words.slice(1, 2), /^(create|merge|close|edit|delete|comment|review|upload|run|sync|set|transfer|archive|reopen|lock|cancel|rerun)$/) ? ['network', 'message'] : ['network']),
  glab: ({ words }) => (has(words.slice(1, 2), /^(create|merge|close|delete|note|approve|update)$/) ? ['network', 'message'] : ['network']),
  kubectl: infrastructure, oc: infrastructure, terraform: infrastructure, tofu: infrastructure, terragrunt: infrastructure, pulumi: infrastructure, cdk: infrastructure, helm: infrastructure, sls: infrastructure, serverless: infrastructure, ansible: always('network', 'deploy'), 'ansible-playbook': always('network', 'deploy'),
  vercel: always('network', 'deploy'), netlify: always('network', 'deploy'), fly: always('network', 'deploy'), flyctl: always('network', 'deploy'), firebase: always('network', 'deploy'), heroku: always('network', 'deploy'), wrangler: always('network', 'deploy'), surge: always('network', 'deploy'), railway: always('network', 'deploy'), eb: always('network', 'deploy'), cap: always('network', 'deploy'), kamal: always('network', 'deploy'),
  aws: cloud, gcloud: cloud, az: cloud, doctl: cloud, gsutil: cloud, s3cmd: cloud, rclone: cloud, azcopy: cloud, mc: cloud,
  curl, wget: curl, http: curl, https: curl, xh: curl, httpie: curl, aria2c: always('network'), lynx: always('network'), w3m: always('network'),
  scp: copyAway, rsync: copyAway, sftp: always('network', 'upload'), ftp: always('network', 'upload'), lftp: always('network', 'upload'), nc: always('network', 'upload'), ncat: always('network', 'upload'), netcat: always('network', 'upload'), socat: always('network', 'upload'), telnet: always('network', 'upload'), websocat: always('network', 'upload'),
  ping: always('network'), ping6: always('network'), traceroute: always('network'), nmap: always('network'), dig: always('network'), nslookup: always('network'), host: always('network'), drill: always('network'),
  mail: always('network', 'message'), mailx: always('network', 'message'), sendmail: always('network', 'message'), mutt: always('network', 'message'), swaks: always('network', 'message'), msmtp: always('network', 'message'), slack: always('network', 'message'),
  psql: database, mysql: database, mariadb: database, sqlite3: database, mongo: database, mongosh: database, 'redis-cli': database, sqlcmd: database, cqlsh: database, duckdb: database, dropdb: always('database-drop'), dropuser: always('database-drop'), mysqladmin: ({ words }) => (has(words, /^drop$/) ? ['database-drop'] : []),
  prisma: ({ words }) => (words.join(' ').startsWith('migrate reset') || (words[0] === 'db' && has(words, /^--force-reset|^--accept-data-loss/)) ? ['database-drop'] : words[0] === 'migrate' && words[1] === 'deploy' ? ['deploy'] : []), rails: ({ words }) => (has(words, /^db:(drop|reset|purge)/) ? ['database-drop'] : []), rake: ({ words }) => (has(words, /^db:(drop|reset|purge)/) ? ['database-drop'] : []), artisan: ({ words }) => (has(words, /^migrate:(fresh|reset)|^db:wipe/) ? ['database-drop'] : []), alembic: ({ words }) => (words[0] === 'downgrade' && words[1] === 'base' ? ['database-drop'] : []), sequelize: ({ words }) => (has(words, /^db:drop/) ? ['database-drop'] : []),
  rm, rimraf: always('recursive-delete'), 'del-cli': always('recursive-delete'), trash: rm, srm: always('recursive-delete', 'disk-destruction'), unlink: none,
  mkfs: always('disk-destruction'), wipefs: always('disk-destruction'), fdisk: always('disk-destruction'), parted: always('disk-destruction'), sgdisk: always('disk-destruction'), blkdiscard: always('disk-destruction'), shred: always('disk-destruction'), hdparm: always('disk-destruction'), dd, fallocate: ({ all }) => (has(all, /^\d+[TP]|^\d{12,}/i) ? ['disk-destruction'] : []), truncate: ({ all }) => (has(all, /\d+[TP]$/i) ? ['disk-destruction'] : []),
  chmod, chown: chmod, chgrp: chmod, setfacl: always('permission-change'), chattr: always('permission-change'), setcap: always('privilege'),
  killall: always('process-bomb'), pkill: ({ all }) => (has(all, /^(\.|\.\*|)$/) ? ['process-bomb'] : []), kill: killing, shutdown: always('process-bomb'), reboot: always('process-bomb'), halt: always('process-bomb'), poweroff: always('process-bomb'), init: always('process-bomb'), stress: always('process-bomb'), 'stress-ng': always('process-bomb'),
  mount: always('privilege'), umount: always('privilege'), insmod: always('privilege'), modprobe: always('privilege'), passwd: always('privilege'), useradd: always('privilege'), usermod: always('privilege'), visudo: always('privilege'), iptables: always('privilege'), crontab: ({ all }) => (has(all, /^-l$/) ? [] : ['privilege']), systemctl: ({ words }) => (/^(start|stop|restart|enable|disable|mask|daemon-reload)$/.test(words[0] ?? '') ? ['privilege'] : []),
  sed, perl: ({ all, paths }) => (has(all, /^-\w*i/) && (has(all, /\u0000|[*?]/) || paths.length > 10) ? ['mass-edit'] : []), jscodeshift: always('mass-edit'), codemod: always('mass-edit'), rename: always('mass-edit'), prename: always('mass-edit'),
  gpg: ({ all }) => (has(all, /^--export-secret/) ? ['secret-read'] : []), security: ({ words }) => (/^(find-|dump-|export)/.test(words[0] ?? '') ? ['secret-read'] : []), pass: ({ words }) => (words.length > 0 && words[0] !== 'ls' ? ['secret-read'] : []), op: always('secret-read'), vault: ({ words }) => (/^(read|kv)$/.test(words[0] ?? '') ? ['secret-read', 'network'] : ['network']), 'secret-tool': always('secret-read'), 'ssh-add': always('secret-read'),
}

/** What a program amounts to by its name and words. */
export function kindsByProgram(name: string, words: Words): readonly ActKind[] {
  if (/^mkfs\./.test(name)) return ['disk-destruction']
  const own = programs[name]
  return own === undefined ? [] : own(words)
}
