import type { Finding } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { isWithin } from '../../domain/contract/scope.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'

const longestPath = 240
const largeBytes = 5_000_000
const decoder = new TextDecoder()

/** The change itself: its paths are legal and in scope, nothing of a failed merge is left, what it imports by a relative path is there. */
export function createChangeValidator(): ChangeValidator {
  return {
    id: 'change', stage: 'change', version: '1', kind: 'change', quick: true,
    look: async (subject) => {
      const files = new Set(await subject.files())
      const findings: Finding[] = [...lookAtPaths(subject, files)]
      for (const change of subject.changes.slice(0, 2000)) if (change.kind !== 'deleted') findings.push(...await lookAtContent(subject, change, files))
      return { findings }
    },
  }
}

function lookAtPaths(subject: Subject, files: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = []
  const byFold = new Map<string, string>()
  for (const path of files) byFold.set(path.toLowerCase(), path)
  for (const { path, kind } of subject.changes) {
    if (subject.contract && subject.contract.scope.length > 0 && !isWithin(path, subject.contract.scope)) findings.push({ path, rule: 'change/scope', severity: 'error', message: `is outside the scope of the contract (${subject.contract.scope.slice(0, 5).join(', ')})` })
    if (kind === 'deleted') continue
    const [, name = ''] = /([^/]*)$/.exec(path) ?? []
    if (path.length > longestPath) findings.push({ path: path.slice(0, longestPath), rule: 'change/path-length', severity: 'error', message: `has ${path.length} characters, which some systems cannot check out; ${longestPath} are the most` })
    if (/[<>:"|?*\\\u0000-\u001F]/.test(path) || /[ .]$/.test(name) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) findings.push({ path, rule: 'change/path-name', severity: 'error', message: 'has a name that cannot be checked out everywhere' })
    if (byFold.get(path.toLowerCase()) !== path && files.has(path)) findings.push({ path, rule: 'change/path-case', severity: 'error', message: `differs from ${byFold.get(path.toLowerCase()) ?? ''} only in case` })
    if (/\.(orig|rej)$/.test(name)) findings.push({ path, rule: 'change/left-over', severity: 'error', message: 'is what a merge or patch left behind' })
  }
  return findings
}

async function lookAtContent(subject: Subject, { path, binary, kind }: FileChange, files: ReadonlySet<string>): Promise<Finding[]> {
  const bytes = await subject.read(path)
  if (!bytes) return []
  if (bytes.byteLength > largeBytes) return [{ path, rule: 'change/large', severity: 'warning', message: `has ${Math.round(bytes.byteLength / 1e6)} MB, which the history keeps for ever` }]
  if (binary || bytes.subarray(0, 8000).includes(0)) return kind === 'added' ? [{ path, rule: 'change/binary', severity: 'note', message: 'is a new binary file' }] : []
  const text = decoder.decode(bytes)
  const findings: Finding[] = []
  const marker = /^(<{7} |>{7} |\|{7} )/m.exec(text)
  if (marker && /^={7}$/m.test(text)) findings.push({ path, line: lineOf(text, marker.index), rule: 'change/conflict', severity: 'error', message: 'has the marks of a merge conflict' })
  if (/\.([cm]?[jt]sx?)$/.test(path)) findings.push(...findLostImports(path, text, files))
  return findings
}

/** Relative imports of files that are not in the result; only where no bundler could mean something else. */
function findLostImports(path: string, text: string, files: ReadonlySet<string>): Finding[] {
  const folder = path.split('/').slice(0, -1)
  const findings: Finding[] = []
  for (const match of text.matchAll(/^\s*(?:import|export)\b[^'"\n;]*?\bfrom\s*['"](\.{1,2}\/[^'"\n]+)['"]|^\s*import\s*['"](\.{1,2}\/[^'"\n]+)['"]/gm)) {
    const target = match[1] ?? match[2] ?? ''
    if (/[?#!*]/.test(target)) continue
    const whole = resolve(folder, target)
    if (whole === undefined || isThere(whole, files)) continue
    findings.push({ path, line: lineOf(text, match.index + match[0].indexOf(target)), rule: 'change/lost-import', severity: 'error', message: `imports ${target}, and there is no such file` })
  }
  return findings
}

function resolve(folder: readonly string[], target: string): string | undefined {
  const parts = [...folder]
  for (const part of target.split('/')) {
    if (part === '.' || part === '') continue
    if (part === '..') {
      // Above the root lies what is no part of the result.
      if (parts.length === 0) return undefined
      parts.pop()
    } else parts.push(part)
  }
  return parts.join('/')
}

const endings = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.d.ts', '.vue', '.svelte', '.css', '.node', '.wasm', '/index.ts', '/index.tsx', '/index.js', '/index.mjs', '/index.jsx', '/package.json']

function isThere(path: string, files: ReadonlySet<string>): boolean {
  // What is built or ignored is not in the tree; TypeScript writes `.js` for a `.ts`.
  if (/(^|\/)(dist|build|out|generated|gen|\.svelte-kit|\.next|node_modules|__generated__)(\/|$)/.test(path)) return true
  const bare = path.replace(/\.([cm]?)jsx?$/, '')
  return endings.some((ending) => files.has(`${path}${ending}`)) || endings.some((ending) => files.has(`${bare}${ending}`)) || ![...files].some((file) => file.startsWith(`${path.split('/').slice(0, -1).join('/')}/`) || !path.includes('/'))
}

function lineOf(text: string, at: number): number {
  let line = 1
  for (let n = text.indexOf('\n'); n >= 0 && n < at; n = text.indexOf('\n', n + 1)) line += 1
  return line
}
