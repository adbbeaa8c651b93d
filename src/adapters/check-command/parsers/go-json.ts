import { z } from 'zod'
import type { TestReport, TestStatus } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

const Event = z.lazy(() => z.object({ Action: z.string(), Package: z.string().optional(), Test: z.string().optional(), Output: z.string().optional(), Elapsed: z.number().optional() }))

const statuses: Readonly<Record<string, TestStatus>> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

function findEvent(line: string): z.infer<typeof Event> | undefined {
  if (!line.startsWith('{"')) return undefined
  try {
    return Event.safeParse(JSON.parse(line)).data
  } catch {
    // Not every line of a build is an event.
    return undefined
  }
}

/** `go test -json`. Complete when every package and test that began also ended. */
export function parseGoJson(text: string): TestReport | undefined {
  const open = new Set<string>()
  const output = new Map<string, string>()
  const tests: SeenTest[] = []
  let packages = 0
  for (const line of text.split('\n')) {
    const event = findEvent(line)
    if (event?.Package === undefined) continue
    const key = `${event.Package} ${event.Test ?? ''}`
    if (event.Action === 'run' || event.Action === 'start') open.add(key)
    if (event.Action === 'output') output.set(key, ((output.get(key) ?? '') + (event.Output ?? '')).slice(-2000))
    const status = statuses[event.Action]
    if (status === undefined) continue
    open.delete(key)
    if (event.Test === undefined) {
      packages++
      // A package without failing tests that fails anyway did not build, or ended early.
      if (status === 'failed') tests.push({ file: event.Package, path: [], status, message: output.get(key), ms: undefined })
      continue
    }
    const ms = event.Elapsed === undefined ? undefined : event.Elapsed * 1000
    tests.push({ file: event.Package, path: event.Test.split('/'), status, message: status === 'failed' ? output.get(key) : undefined, ms })
  }
  return packages === 0 && tests.length === 0 ? undefined : { runner: 'go-test', cases: toCases(tests), complete: open.size === 0 && packages > 0 }
}

/** What a person would have seen without `-json`. */
export function toGoText(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const event = findEvent(line)
      return event === undefined ? `${line}\n` : (event.Output ?? '')
    })
    .join('')
}
