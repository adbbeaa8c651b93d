import type { Draft } from '../draft.ts'
import { hasSecret, isExact, isKnown, toPlain } from '../text-marks.ts'
import { databaseKinds } from './database-kinds.ts'
import { deliveryKinds } from './delivery-kinds.ts'
import { fileKinds } from './file-kinds.ts'
import { networkKinds } from './network-kinds.ts'
import { packageKinds } from './package-kinds.ts'
import { systemKinds } from './system-kinds.ts'

/** Tells what a program amounts to, from its words and where it stands. */
export type Classifier = (draft: Draft) => void

const tables: readonly Readonly<Record<string, Classifier>>[] = [fileKinds, networkKinds, packageKinds, systemKinds, deliveryKinds, databaseKinds]

/** Their operands are names or texts, and not files that are read. */
const unreading = new Set([':', 'echo', 'printf', 'test', '[', 'ls', 'stat', 'basename', 'dirname', 'realpath', 'readlink', 'which', 'type', 'git', 'kill', 'sleep', 'seq', 'expr', 'date', 'exit', 'du', 'df', 'tree', 'rm', 'rmdir', 'mkdir', 'touch', 'chmod', 'chown', 'file', 'find', 'fd', 'docker', 'podman', 'nerdctl'])
/** The first operand is a pattern or a program. */
const patterned = new Set(['grep', 'egrep', 'fgrep', 'rg', 'ag', 'ack', 'sed', 'awk', 'gawk', 'mawk', 'jq', 'yq', 'perl', 'tr', 'expr'])

export function isClassified(name: string): boolean {
  return unreading.has(name) || patterned.has(name) || tables.some((table) => Object.hasOwn(table, name))
}

export function classify(draft: Draft): void {
  const { name } = draft
  for (const table of tables) if (Object.hasOwn(table, name)) table[name]?.(draft)
  if (/^mkfs(?:\.|$)/.test(name)) draft.add('disk-destruction')
  if (!unreading.has(name)) mentionPaths(draft)
  if (draft.args.some((arg) => arg === '--no-verify') && /^(?:git|husky|lefthook)$/.test(name)) draft.add('tamper')
}

/** Whatever looks like a file in the words of a program is one that it may read. */
function mentionPaths(draft: Draft): void {
  let skips = patterned.has(draft.name) ? 1 : 0
  for (const arg of draft.args) {
    if (arg.startsWith('-')) {
      const value = /^--?[\w-]+=(.+)$/.exec(arg)?.[1] ?? /^-[a-zA-Z]([./~].*)$/.exec(arg)?.[1]
      if (value !== undefined) mention(draft, value)
      continue
    }
    if (skips > 0) {
      skips -= 1
      continue
    }
    mention(draft, arg)
  }
}

function mention(draft: Draft, word: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word) || word.length > 400 || /[\n{}()|;$\\]/.test(toPlain(word))) return
  for (const piece of new Set([word, word.replace(/^[^=@:]*[=@:]+/, ''), word.replace(/^@/, '')])) {
    if (piece === '') continue
    if (draft.isSecret(piece)) draft.reads(piece)
    else if (piece === word && isExact(word) && /^(?:[./~]|[\w@-]+\/)|\.\w{1,8}$/.test(word) && !/^[\d.]+$/.test(word)) draft.reads(word)
    else if (piece === word && !isKnown(word) && hasSecret(word)) draft.add('secret-read')
  }
}
