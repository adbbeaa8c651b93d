import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'

const source = /\.([cm]?[jt]sx?|py|go|rs|java|kt|cs|c|cc|cpp|h|hpp|rb|php|swift|scala|vue|svelte|sh)$/
const passedOver = /(^|\/)(node_modules|vendor|third_party|dist|build|generated|__generated__|\.next)\/|\.min\.|\.d\.ts$|_pb2?\.|\.pb\.go$|(^|\/)migrations\//
const bounds = { files: 20_000, bytes: 64 * 2 ** 20, fileBytes: 500_000, places: 8 } as const
const decoder = new TextDecoder()

interface Line {
  readonly text: string
  readonly number: number
}

/** Blocks of lines that the change adds and that stand elsewhere already, or twice in the change itself. */
export function createDuplicationValidator(): ChangeValidator {
  return {
    id: 'duplication', stage: 'shape', version: '1', kind: 'change',
    look: async (subject) => {
      const { lines: least, severity } = subject.settings.duplication
      const changed = subject.changes.filter((change) => change.kind !== 'deleted' && change.added >= least && isSource(change.path)).slice(0, 500)
      if (changed.length === 0) return undefined
      const { index, notes } = await buildIndex(subject, least)
      const findings: Finding[] = []
      for (const { path, from } of changed) {
        const now = linesOf(await subject.read(path))
        const before = new Set(windowsOf(linesOf(await subject.readBase(from ?? path)), least).map((each) => each.key))
        findings.push(...findCopies(path, now, before, index, least).map((finding) => ({ ...finding, severity })))
      }
      return { findings: findings.slice(0, 100), notes }
    },
  }
}

function isSource(path: string): boolean {
  return source.test(path) && !passedOver.test(path)
}

/** Without what every file has: blank lines, lone punctuation, imports, comments. White space is folded. */
function linesOf(bytes: Uint8Array | undefined): Line[] {
  if (!bytes || bytes.byteLength > bounds.fileBytes || bytes.includes(0)) return []
  return decoder.decode(bytes).split('\n').flatMap((line, n) => {
    const text = line.trim().replaceAll(/\s+/g, ' ')
    return text === '' || /^[\s{}()[\];,]+$/.test(text) || /^(import|from|export \*|use |using |#include|package |require|\/\/|#|\*|\/\*)/.test(text) || text.length > 2000 ? [] : [{ text, number: n + 1 }]
  })
}

function windowsOf(lines: readonly Line[], least: number): { readonly key: string; readonly at: number }[] {
  const windows: { key: string; at: number }[] = []
  for (let n = 0; n + least <= lines.length; n += 1) windows.push({ key: hashOf(lines, n, least), at: n })
  return windows
}

/** FNV-1a over the lines of a window, twice with other seeds: quick, and as good as never the same by chance. */
function hashOf(lines: readonly Line[], from: number, count: number): string {
  let a = 0x811C9DC5
  let b = 0x01000193
  for (let n = from; n < from + count; n += 1) {
    const { text } = lines[n] as Line
    for (let c = 0; c < text.length; c += 1) {
      a = Math.imul(a ^ text.charCodeAt(c), 0x01000193)
      b = Math.imul(b ^ text.charCodeAt(c), 0x5BD1E995)
    }
    a = Math.imul(a ^ 10, 0x01000193)
    b = Math.imul(b ^ 10, 0x5BD1E995)
  }
  return `${a >>> 0}.${b >>> 0}`
}

type Index = ReadonlyMap<string, readonly { readonly path: string; readonly at: number; readonly line: number }[]>

async function buildIndex(subject: Subject, least: number): Promise<{ index: Index; notes: string[] }> {
  const index = new Map<string, { path: string; at: number; line: number }[]>()
  const files = (await subject.files()).filter(isSource)
  let bytes = 0
  let read = 0
  for (const path of files.slice(0, bounds.files)) {
    subject.signal.throwIfAborted()
    if (bytes > bounds.bytes) break
    const content = await subject.read(path)
    bytes += content?.byteLength ?? 0
    read += 1
    const lines = linesOf(content)
    for (const { key, at } of windowsOf(lines, least)) {
      const places = index.get(key) ?? []
      if (places.length < bounds.places) places.push({ path, at, line: lines[at]?.number ?? 0 })
      index.set(key, places)
    }
  }
  return { index, notes: read < files.length ? [`${files.length - read} of ${files.length} files were beyond the bound and not compared`] : [] }
}

function findCopies(path: string, now: readonly Line[], before: ReadonlySet<string>, index: Index, least: number): Omit<Finding, 'severity'>[] {
  const found: Omit<Finding, 'severity'>[] = []
  const windows = windowsOf(now, least)
  for (let n = 0; n < windows.length; n += 1) {
    const { key, at } = windows[n] as { key: string; at: number }
    if (before.has(key)) continue
    const other = index.get(key)?.find((place) => place.path !== path || Math.abs(place.at - at) >= least)
    if (!other) continue
    // As long as it goes on in the same place it is one block.
    let length = least
    while (n + 1 < windows.length && !before.has((windows[n + 1] as { key: string }).key) && index.get((windows[n + 1] as { key: string }).key)?.some((place) => place.path === other.path && place.at === other.at + (length - least) + 1)) {
      n += 1
      length += 1
    }
    const first = now[at]?.number ?? 1
    if (other.path === path && other.line > first) {
      n += least - 1
      continue
    }
    found.push({ path, line: first, rule: 'duplication/block', message: `writes ${length} lines again that stand in ${other.path}:${other.line}` })
    n += least - 1
  }
  return found
}
