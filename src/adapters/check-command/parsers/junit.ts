import type { TestReport } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function attributes(tag: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...tag.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((match) => [match[1] ?? '', unescape(match[2] ?? match[3] ?? '')]))
}

/** JUnit XML as most runners write it. Complete when the document is closed. */
export function parseJunit(text: string): TestReport | undefined {
  const start = text.search(/<testsuites?[\s>]/)
  if (start === -1) return undefined
  const xml = text.slice(start)
  const tests: SeenTest[] = []
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const own = attributes(match[1] ?? '')
    const body = match[2] ?? ''
    const broken = /<(?:failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/.exec(body)
    const status = broken !== null ? 'failed' : /<skipped\b/.test(body) ? 'skipped' : 'passed'
    const said = broken === null ? undefined : unescape(`${attributes(broken[1] ?? '')['message'] ?? ''}\n${(broken[2] ?? '').replaceAll(/<!\[CDATA\[|\]\]>/g, '')}`).trim()
    const path = [own['classname'], own['name'] ?? '(unnamed)'].filter((part) => part !== undefined && part !== '') as string[]
    tests.push({ file: own['file'], path, status, message: said, ms: own['time'] === undefined ? undefined : Number(own['time']) * 1000 || 0 })
  }
  const isSuites = xml.startsWith('<testsuites')
  return { runner: 'junit', cases: toCases(tests), complete: new RegExp(`</testsuite${isSuites ? 's' : ''}>`).test(xml) || /^<testsuites?[^>]*\/>/.test(xml) }
}
