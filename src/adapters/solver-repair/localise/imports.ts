import path from 'node:path'
import { findField, walk } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import type { Evidence } from './evidence.ts'
import type { FileSuspicion } from './spectrum.ts'

/** Where nothing could be measured: files that the failing tests import, the nearer the more suspect, and lines of stack traces. */
export function guessSuspicions(testFiles: readonly string[], files: ReadonlyMap<string, SourceFile>, evidence: Evidence): Map<string, FileSuspicion> {
  const depths = new Map<string, number>(testFiles.map((file) => [file, 0]))
  const queue = [...testFiles]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const file = files.get(at)
    if (file === undefined) continue
    for (const target of importsOf(file, files)) {
      if (depths.has(target)) continue
      depths.set(target, (depths.get(at) ?? 0) + 1)
      queue.push(target)
    }
  }
  const found = new Map<string, FileSuspicion>()
  for (const [name, depth] of depths) {
    const file = files.get(name)
    if (file === undefined) continue
    const lines = file.text.split('\n').length
    found.set(name, { by: 'row', values: new Float32Array(lines).fill(0.6 / (1 + depth)) })
  }
  for (const frame of evidence.frames) {
    const values = found.get(frame.path)?.values
    if (values === undefined) continue
    for (let row = Math.max(0, frame.line - 6); row < Math.min(values.length, frame.line + 5); row++) {
      const near = 1 - Math.abs(row - frame.line + 1) / 8
      values[row] = Math.max(values[row] ?? 0, near / (1 + 0.2 * frame.depth))
    }
  }
  return found
}

/** Paths of the project's files that this one imports. */
export function importsOf(file: SourceFile, files: ReadonlyMap<string, SourceFile>): string[] {
  const found = new Set<string>()
  const here = path.posix.dirname(file.path)
  walk(file.root, (node) => {
    if (file.grammar === 'python') {
      if (node.type === 'import_from_statement' || node.type === 'import_statement') for (const target of pythonTargets(file.text.slice(node.start, node.end), here, files)) found.add(target)
      return undefined
    }
    const source = node.type === 'import_statement' || node.type === 'export_statement' ? findField(node, 'source') : node.type === 'arguments' ? node.children.find((child) => child.type === 'string') : undefined
    const specifier = source === undefined ? '' : file.text.slice(source.start + 1, source.end - 1)
    if (!specifier.startsWith('.')) return undefined
    const base = path.posix.join(here, specifier)
    const stem = base.replace(/\.[cm]?[jt]sx?$/, '')
    for (const target of [base, ...['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'].map((end) => stem + end)]) if (files.has(target)) found.add(target)
    return undefined
  })
  return [...found]
}

function pythonTargets(statement: string, here: string, files: ReadonlyMap<string, SourceFile>): string[] {
  const from = /^from\s+(\.*)([\w.]*)\s+import\s+(.*)$/s.exec(statement)
  const modules = from === null
    ? statement.replace(/^import\s+/, '').split(',').map((part) => part.trim().split(/\s/)[0] ?? '')
    : [from[2] ?? '', ...(from[3] ?? '').replaceAll(/[()]/g, '').split(',').map((name) => [from[2], name.trim().split(/\s/)[0]].filter((part) => part !== '').join('.'))]
  const up = from?.[1] ?? ''
  const root = up === '' ? undefined : path.posix.join(here, '../'.repeat(up.length - 1))
  return modules.flatMap((module) => {
    const tail = module.replaceAll('.', '/')
    return [...files.keys()].filter((file) => {
      const bare = file.replace(/(\/__init__)?\.py$/, '')
      return root === undefined ? bare === tail || bare.endsWith(`/${tail}`) : bare === path.posix.join(root, tail)
    })
  })
}
