import type { ActKind } from '../../../protocol/command.ts'
import { isSecretName } from '../shell-state.ts'
import { isExact } from '../text-marks.ts'
import type { Classifier } from './classify.ts'
import { operandsFromVerb } from './verbs.ts'

const add = (...kinds: readonly ActKind[]): Classifier => (draft) => { draft.add(...kinds) }

const kill: Classifier = (draft) => {
  const operands = draft.args.filter((arg, index) => !/^-(?:\d{1,2}|[A-Z]{2,}|s|n|l)$/.test(arg) || (index > 0 && arg === '-1'))
  if (operands.includes('-1') || operands.includes('0')) draft.add('process-bomb')
}

const containers: Classifier = (draft) => {
  const [verb = '', ...rest] = operandsFromVerb(draft.args)
  if (/^(?:stack|service|config|secret|node|swarm)$/.test(verb) && /^(?:deploy|up|update|create|rm|rollback|scale)$/.test(rest[0] ?? '')) draft.add('deploy', 'network', 'upload')
  if (verb === 'push' || (verb === 'compose' && rest.includes('push')) || (verb === 'image' && rest[0] === 'push') || (verb === 'manifest' && rest[0] === 'push') || draft.args.includes('--push')) draft.add('publish', 'registry', 'network', 'upload')
  if (/^(?:login|logout)$/.test(verb)) draft.add('registry', 'network')
  if (/^(?:pull|search)$/.test(verb) || (verb === 'compose' && rest[0] === 'pull')) draft.add('network')
  if (verb === 'run' || verb === 'create') {
    if (draft.args.some((arg) => /^--privileged|^--pid=host|^--net(?:work)?=host|^--cap-add/.test(arg)) || draft.args.some((arg) => /^(?:\/|\/var\/run\/docker\.sock)(?::|$)/.test(arg.replace(/^--?v(?:olume)?=?/, '')) || /^(?:-v|--volume=?)?\/(?:etc|root|var\/run\/docker\.sock)?:/.test(arg))) draft.add('privilege')
    for (const arg of draft.args) {
      const source = /^(?:-v|--volume=)?(\/?[^:\s]+):\/[^:\s]+/.exec(arg)?.[1]
      if (source !== undefined && /[./~]/.test(source)) draft.writes(source)
    }
  }
  if (/^(?:prune)$/.test(rest[0] ?? '') || (verb === 'rm' && draft.args.some((arg) => /^-\w*[fv]/.test(arg))) || verb === 'rmi' || (verb === 'volume' && /^(?:rm|prune)$/.test(rest[0] ?? '')) || ((verb === 'compose' && rest[0] === 'down' || verb === 'down') && draft.args.some((arg) => /^(?:-v|--volumes)$/.test(arg)))) draft.add('recursive-delete')
  if (draft.args.some((arg) => /^(?:-H|--host|--context)(?:=|$)/.test(arg)) && verb === 'exec') draft.add('remote-shell')
}

const harness: Classifier = (draft) => {
  const [verb, noun] = draft.args.filter((arg) => !arg.startsWith('-'))
  if (verb === undefined || !isExact(verb) || /^(?:approve|reject|accept|undo|trust|amend|clean|import|export|rollback|run|resume|hook|hooks)$/.test(verb) || (verb === 'policy' && !/^(?:check|test|explain|lint|show|list)$/.test(noun ?? ''))) draft.add('tamper')
}

export const systemKinds: Readonly<Record<string, Classifier>> = {
  wipefs: add('disk-destruction'), fdisk: (draft) => { if (!draft.args.includes('-l')) draft.add('disk-destruction') }, sfdisk: add('disk-destruction'),
  cfdisk: add('disk-destruction'), gdisk: add('disk-destruction'), sgdisk: add('disk-destruction'),
  parted: (draft) => { if (!draft.args.includes('-l')) draft.add('disk-destruction') }, mkswap: add('disk-destruction'), blkdiscard: add('disk-destruction'),
  hdparm: add('disk-destruction'), badblocks: add('disk-destruction'), lvremove: add('disk-destruction'), vgremove: add('disk-destruction'),
  pvremove: add('disk-destruction'), zpool: add('disk-destruction'), cryptsetup: add('disk-destruction', 'privilege'), mdadm: add('disk-destruction', 'privilege'),
  diskutil: add('disk-destruction'), newfs: add('disk-destruction'),
  kill, killall: add('process-bomb'), killall5: add('process-bomb'), skill: add('process-bomb'),
  pkill: (draft) => { if (draft.args.some((arg) => /^(?:\.|\.\*|\*|-u|-U|-v|--inverse|\uE010|)$/.test(arg)) || !draft.args.some((arg) => /^\w{3,}/.test(arg))) draft.add('process-bomb') },
  shutdown: add('process-bomb', 'privilege'), reboot: add('process-bomb', 'privilege'), halt: add('process-bomb', 'privilege'), poweroff: add('process-bomb', 'privilege'),
  init: (draft) => { if (/^[06]$/.test(draft.args[0] ?? '')) draft.add('process-bomb', 'privilege') }, 'stress-ng': add('process-bomb'), stress: add('process-bomb'),
  mount: (draft) => { if (draft.args.length > 0 && !draft.args.includes('-l')) draft.add('privilege') }, umount: add('privilege'), insmod: add('privilege'),
  modprobe: add('privilege'), rmmod: add('privilege'), sysctl: (draft) => { if (draft.args.some((arg) => arg === '-w' || arg.includes('='))) draft.add('privilege') },
  iptables: add('privilege'), nft: add('privilege'), ufw: add('privilege'), passwd: add('privilege'), useradd: add('privilege'), usermod: add('privilege'),
  userdel: add('privilege'), adduser: add('privilege'), visudo: add('privilege'), chsh: add('privilege'), newgrp: add('privilege'), login: add('privilege'),
  systemctl: (draft) => { if (!/^(?:status|show|is-\w+|list-\w+|cat)$/.test(draft.args.find((arg) => !arg.startsWith('-')) ?? 'status')) draft.add('privilege') },
  service: add('privilege'), launchctl: add('privilege'), crontab: add('tamper'), capsh: add('privilege'), pivot_root: add('privilege'),
  ip: (draft) => { if (draft.args.includes('netns')) draft.add('privilege') },
  printenv: (draft) => { const names = draft.args.filter((arg) => !arg.startsWith('-')); if (names.length === 0 || names.some((name) => !isExact(name) || isSecretName(name))) draft.add('secret-read') },
  env: (draft) => { if (draft.args.length === 0) draft.add('secret-read') },
  gpg: (draft) => { if (draft.args.some((arg) => /^--export-secret|^--export-ownertrust/.test(arg))) draft.add('secret-read'); if (draft.args.some((arg) => /^--(?:send-keys|recv-keys|keyserver|refresh-keys|search-keys)/.test(arg))) draft.add('network') },
  gpg2: (draft) => { if (draft.args.some((arg) => /^--export-secret/.test(arg))) draft.add('secret-read') },
  security: (draft) => { if (/^(?:find-|dump-keychain|export)/.test(draft.args[0] ?? '')) draft.add('secret-read') }, 'secret-tool': add('secret-read'),
  pass: (draft) => { if (!/^(?:ls|list|git|version|help)$/.test(draft.args[0] ?? 'ls')) draft.add('secret-read') },
  op: (draft) => { if (/^(?:read|item|document|inject|run)$/.test(draft.args[0] ?? '')) draft.add('secret-read') },
  bw: (draft) => { if (/^(?:get|list|export)$/.test(draft.args[0] ?? '')) draft.add('secret-read') },
  vault: (draft) => { if (/^(?:read|kv|login|token|write)$/.test(draft.args[0] ?? '')) draft.add('secret-read', 'network') }, lpass: add('secret-read'),
  chamber: add('secret-read'), 'kwallet-query': add('secret-read'), keyctl: add('secret-read'),
  docker: containers, podman: containers, nerdctl: containers, buildah: containers,
  skopeo: (draft) => { draft.add('network'); if (draft.args.includes('copy') || draft.args.includes('sync')) draft.add('publish', 'registry', 'upload') },
  oras: (draft) => { draft.add('network'); if (draft.args.includes('push')) draft.add('publish', 'registry', 'upload') },
  crane: (draft) => { draft.add('network'); if (/^(?:push|copy|cp|append|tag|delete)$/.test(draft.args[0] ?? '')) draft.add('publish', 'registry', 'upload') },
  writ: harness, husky: add('tamper'), lefthook: (draft) => { if (/^(?:uninstall|install)$/.test(draft.args[0] ?? '')) draft.add('tamper') },
  'pre-commit': (draft) => { if (/^(?:uninstall)$/.test(draft.args[0] ?? '')) draft.add('tamper') },
}
