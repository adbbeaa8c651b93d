import { z } from 'zod'
import { toMessage } from '../../protocol/fault.ts'
import { toOsvEcosystem, type AdvisorySource, type AskedPackage } from './advisory-source.ts'

/** Packages of one question, and pages of one answer: those of the protocol, and an end to both. */
const most = { packages: 1000, questions: 10, bytes: 8 * 2 ** 20 }
const timeoutMs = 15_000

const Answer = z.looseObject({
  results: z.array(z.looseObject({ vulns: z.array(z.looseObject({ id: z.string().min(1).max(100) })).nullish(), next_page_token: z.string().nullish() })),
})

interface Query {
  readonly package: { readonly ecosystem: string; readonly name: string }
  readonly version: string
  readonly page_token?: string
}

/** Is this where a service is, and not a path? */
export function isServiceAddress(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

/**
 * A service that speaks OSV's `querybatch` (https://google.github.io/osv.dev/post-v1-querybatch/). Ecosystem, name and version
 * of packages go out, and nothing else: no cookie, no key, no redirect followed.
 * @param address of the service, to which `/v1/querybatch` is added, or that of the method itself
 * @throws Error with the reason, where it does not answer in time, not in this form, or with more than may be
 */
export function createOsvService(address: string, signal: AbortSignal): AdvisorySource {
  const url = toMethod(address)
  return {
    find: async (packages) => {
      const found = new Map<AskedPackage, Set<string>>(packages.map((each) => [each, new Set()]))
      let due = packages.map((each) => ({ each, token: undefined as string | undefined }))
      for (let question = 0; due.length > 0; question++) {
        if (question >= most.questions) throw new Error(`${url.host} has not told all after ${most.questions} questions`)
        const asked = due.slice(0, most.packages)
        const results = await ask(url, asked.map(({ each, token }) => toQuery(each, token)), signal)
        if (results.length !== asked.length) throw new Error(`${url.host} answered for ${results.length} packages where ${asked.length} were asked`)
        const more = asked.flatMap(({ each }, n) => {
          for (const { id } of results[n]?.vulns ?? []) found.get(each)?.add(id)
          const token = results[n]?.next_page_token
          return token ? [{ each, token }] : []
        })
        due = [...due.slice(most.packages), ...more]
      }
      return packages.map((each) => [...(found.get(each) ?? [])].map((id) => ({ id, summary: '', fixed: [] })))
    },
  }
}

function toMethod(address: string): URL {
  const url = new URL(address)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isHere) throw new Error(`${url.host} is asked over plain HTTP, where anybody in between can take advisories away; give its https:// address`)
  if (url.username !== '' || url.password !== '') throw new Error(`the address of ${url.host} has a name or password in it; settings hold no secrets`)
  if (!url.pathname.endsWith('/v1/querybatch')) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/querybatch`
  return url
}

function toQuery({ ecosystem, name, version }: AskedPackage, token: string | undefined): Query {
  return { package: { ecosystem: toOsvEcosystem(ecosystem), name }, version, ...(token === undefined ? {} : { page_token: token }) }
}

async function ask(url: URL, queries: readonly Query[], signal: AbortSignal): Promise<z.infer<typeof Answer>['results']> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST', redirect: 'error', credentials: 'omit', signal: AbortSignal.any([signal, timeout]),
      headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify({ queries }),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`it answered with status ${response.status}`)
    }
    return Answer.parse(JSON.parse(await readBounded(response))).results
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted) throw new Error(`${url.host} did not answer within ${timeoutMs / 1000} s`, { cause: error })
    throw new Error(`${url.host} could not be asked: ${explain(error)}`, { cause: error })
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > most.bytes) throw new Error(`its answer is longer than ${most.bytes / 2 ** 20} MiB`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** `fetch failed` says nothing: its cause does. */
function explain(error: unknown): string {
  if (error instanceof z.ZodError) return 'its answer is not in the form of querybatch'
  if (error instanceof SyntaxError) return 'its answer is no JSON'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return toMessage(cause).slice(0, 200)
}
