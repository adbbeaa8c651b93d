import type { Draft } from '../draft.ts'
import { parseOptions } from '../draft.ts'
import { resolvePath } from '../resolve-path.ts'
import { ANY, hasPattern, isExact, isKnown, isSpread } from '../text-marks.ts'
import type { Classifier } from './classify.ts'

/** Are these so many that nobody named them one by one? */
function isMany(paths: readonly string[]): boolean {
  return paths.length > 8 || paths.some((path) => hasPattern(path) || isSpread(path))
}

const fromMany = (draft: Draft): boolean => draft.way.via.some((via) => /^(?:xargs|parallel|find -exec|fd -x)/.test(via))

const remove: Classifier = (draft) => {
  const { flags, operands } = parseOptions(draft.args)
  // An option that is not known could be the one that goes into folders.
  const isRecursive = ['r', 'R', 'recursive', 'no-preserve-root'].some((flag) => flags.has(flag))
  if (isRecursive) draft.add('recursive-delete')
  for (const path of operands) draft.changes(path)
  if (isRecursive && operands.some((path) => path === '/' || /^\/(?:\*|\uE010)$/.test(path))) draft.add('disk-destruction')
}

/** Files so that nothing can be found of them any more: in the repository a snapshot has them, and a device is a disk. */
const overwrite = (valued: readonly string[]): Classifier => (draft) => {
  const { operands } = parseOptions(draft.args, valued)
  draft.add('recursive-delete')
  if (operands.some((path) => /^\/dev(?:\/|$)/.test(resolvePath(path, draft.shell)))) draft.add('disk-destruction')
  for (const path of operands) draft.changes(path)
}

const copyOrMove: Classifier = (draft) => {
  const { operands, values } = parseOptions(draft.args, ['t', 'target-directory', 'S', 'suffix'])
  const [target] = values.get('t') ?? values.get('target-directory') ?? []
  const sources = target === undefined ? operands.slice(0, -1) : operands
  const to = target ?? operands.at(-1)
  if (to === undefined) return
  for (const source of sources) {
    draft.reads(source)
    if (draft.name === 'mv') draft.writes(source)
  }
  draft.writes(to)
  const { state } = draft.shell
  const absolute = resolvePath(to, draft.shell)
  for (const source of sources) {
    const from = resolvePath(source, draft.shell)
    const content = draft.isSecret(source) ? '\uE003' : (state.files.get(from) ?? ANY)
    const name = source.split('/').at(-1) ?? ''
    // A target can be a file or the folder to put it in.
    for (const path of [absolute, `${absolute}/${name}`]) state.files.set(path, content)
    if (draft.name === 'mv') state.files.set(from, ANY)
  }
  if (isMany(sources) && draft.name === 'mv' && fromMany(draft)) draft.add('mass-edit')
}

const permission: Classifier = (draft) => {
  const [mode = '', ...rest] = draft.args.filter((arg) => !/^-[a-zA-Z]+$|^--/.test(arg) || /^-[rwxXst]+$/.test(arg))
  const recursive = draft.args.some((arg) => /^-[a-zA-Z]*R|^--recursive$/.test(arg) && !/^-[rwxXst]+$/.test(arg))
  if (recursive || /^0?[0-7]*[2367][0-7]?[2367]$|^[1-7]?777$|^(?:a|o|ugo|ug?o)?[+=][rwxX]*w/.test(mode) && !/^[ug]+[+=]|^\+/.test(mode) || /[ug]*\+s|^0?[4-7][0-7]{3}$/.test(mode) || !isKnown(mode)) draft.add('permission-change')
  for (const path of rest) draft.writes(path)
}

const writesAll: Classifier = (draft) => {
  for (const path of parseOptions(draft.args, ['m', 'd', 't', 'r', 's', 'size', 'reference', 'date']).operands) draft.writes(path)
}

const streamEdit: Classifier = (draft) => {
  const { flags, operands, values } = parseOptions(draft.args.map((arg) => (/^-i\W/.test(arg) ? '-i' : arg)), ['e', 'f', 'expression', 'file'])
  if (!flags.has('i') && !flags.has('in-place')) return
  const files = values.has('e') || values.has('f') || values.has('expression') ? operands : operands.slice(1)
  for (const path of files) draft.changes(path)
  if (isMany(files) || fromMany(draft)) draft.add('mass-edit')
}

const unpack: Classifier = (draft) => {
  const first = draft.args[0] ?? ''
  const { flags, values, operands } = parseOptions(/^[a-zA-Z]+$/.test(first) ? [`-${first}`, ...draft.args.slice(1)] : draft.args, ['f', 'C', 'file', 'directory', 'd', 'o', 'T'])
  const extracts = flags.has('x') || flags.has('extract') || flags.has('get') || draft.name !== 'tar' && draft.name !== 'bsdtar'
  if (extracts && !flags.has('l') && !flags.has('t')) {
    draft.shell.state.filesChanged = true
    draft.writes((values.get('C') ?? values.get('directory') ?? values.get('d') ?? ['.'])[0] ?? '.')
  } else for (const path of operands) draft.reads(path)
}

export const fileKinds: Readonly<Record<string, Classifier>> = {
  rm: remove, unlink: writesAll, rmdir: writesAll, srm: overwrite([]), shred: overwrite(['n', 's', 'iterations', 'size', 'random-source']), trash: writesAll,
  rimraf: (draft) => { draft.add('recursive-delete'); writesAll(draft) }, 'del-cli': (draft) => { draft.add('recursive-delete'); writesAll(draft) },
  find: (draft) => {
    const at = draft.args.findIndex((arg) => /^[-(!]/.test(arg))
    const paths = (at === -1 ? draft.args : draft.args.slice(0, at)).filter((arg) => arg !== '')
    if (draft.args.includes('-delete')) {
      draft.add('recursive-delete')
      for (const path of paths.length > 0 ? paths : ['.']) draft.writes(path)
    } else for (const path of paths) draft.reads(path)
    for (const [index, arg] of draft.args.entries()) if (/^-f(?:print0?|ls|printf)$/.test(arg)) draft.changes(draft.args[index + 1] ?? '')
  },
  cp: copyOrMove, mv: copyOrMove, install: copyOrMove, ln: copyOrMove, rename: (draft) => draft.add('mass-edit'), 'perl-rename': (draft) => draft.add('mass-edit'),
  mmv: (draft) => draft.add('mass-edit'),
  chmod: permission,
  chown: (draft) => { if (draft.args.some((arg) => /^-\w*R|^--recursive/.test(arg))) draft.add('permission-change'); for (const path of parseOptions(draft.args).operands.slice(1)) draft.writes(path) },
  chgrp: (draft) => { if (draft.args.some((arg) => /^-\w*R|^--recursive/.test(arg))) draft.add('permission-change') },
  setfacl: (draft) => draft.add('permission-change'), chattr: (draft) => draft.add('permission-change'), setcap: (draft) => draft.add('permission-change', 'privilege'),
  icacls: (draft) => draft.add('permission-change'),
  touch: writesAll, mkdir: writesAll, truncate: (draft) => { for (const path of parseOptions(draft.args, ['s', 'r', 'size', 'reference']).operands) draft.changes(path) },
  tee: (draft) => {
    const { flags, operands } = parseOptions(draft.args)
    for (const path of operands) {
      draft.writes(path)
      const absolute = resolvePath(path, draft.shell)
      if (isExact(absolute)) draft.shell.state.files.set(absolute, flags.has('a') ? `${draft.shell.state.files.get(absolute) ?? ANY}${draft.way.stdin}` : draft.way.stdin)
    }
  },
  sed: streamEdit, gsed: streamEdit, perl: (draft) => {
    const edits = draft.args.some((arg) => /^-[pnlaw0]*i/.test(arg))
    if (edits && (fromMany(draft) || isMany(draft.args.filter((arg) => !arg.startsWith('-'))))) draft.add('mass-edit')
  },
  codemod: (draft) => draft.add('mass-edit'), jscodeshift: (draft) => draft.add('mass-edit'),
  sd: (draft) => { if (isMany(draft.args) || fromMany(draft)) draft.add('mass-edit') },
  'ast-grep': (draft) => { if (draft.args.some((arg) => /^-U$|--update-all/.test(arg))) draft.add('mass-edit') },
  comby: (draft) => { if (draft.args.some((arg) => /-i|-in-place/.test(arg))) draft.add('mass-edit') },
  tar: unpack, bsdtar: unpack, unzip: unpack, '7z': unpack, cpio: unpack, unrar: unpack, patch: (draft) => { draft.shell.state.filesChanged = true; draft.writes('.') },
  gunzip: (draft) => { draft.shell.state.filesChanged = true }, bunzip2: (draft) => { draft.shell.state.filesChanged = true },
  xz: (draft) => { draft.shell.state.filesChanged = true }, unxz: (draft) => { draft.shell.state.filesChanged = true },
  dd: (draft) => {
    const value = (name: string): string | undefined => draft.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
    const [from, to] = [value('if'), value('of')]
    if (from !== undefined) draft.reads(from)
    if (to !== undefined) draft.changes(to)
    if (/^\/dev\/(?:zero|u?random)$/.test(from ?? '') && (value('count') === undefined || !isKnown(value('count')))) draft.add('disk-destruction')
    if (to !== undefined && /^\/dev\/(?!null|std)/.test(to)) draft.add('disk-destruction')
  },
  fallocate: (draft) => { if (/\d+\s*(?:[TP]|\d{2,}G)/i.test(draft.args.join(' '))) draft.add('disk-destruction') },
  yes: (draft) => { if (draft.way.paths.some((path) => path.access === 'write' && !/^\/dev\/null$/.test(path.path))) draft.add('disk-destruction') },
  cat: (draft) => { for (const path of parseOptions(draft.args).operands) draft.reads(path) },
  prettier: (draft) => { for (const path of draft.args) if (draft.isSecret(path)) draft.reads(path) },
}
