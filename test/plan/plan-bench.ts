import { modelEnv, type Ended, type Machine } from '../e2e/harness.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import type { NormalisedRequest } from '../../src/testing/model-server/request.ts'

/** Two modules that know nothing of one another, each with a fault that its own test shows. */
export const twoModules: Readonly<Record<string, string>> = {
  'package.json': '{\n  "name": "two",\n  "version": "1.0.0",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'src/sum/sum.js': 'export function sum(numbers) {\n  let total = 1\n  for (const number of numbers) total += number\n  return total\n}\n',
  'src/text/shout.js': 'export function shout(text) {\n  return text.toLowerCase()\n}\n',
  'test/sum.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { sum } from '../src/sum/sum.js'\n\ntest('sums numbers', () => assert.equal(sum([1, 2, 3]), 6))\ntest('the sum of nothing is 0', () => assert.equal(sum([]), 0))\n",
  'test/shout.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { shout } from '../src/text/shout.js'\n\ntest('shouts', () => assert.equal(shout('hello'), 'HELLO'))\ntest('nothing is nothing', () => assert.equal(shout(''), ''))\n",
}

export const mendSum = { name: 'edit', input: { path: 'src/sum/sum.js', edits: [{ find: 'let total = 1', replace: 'let total = 0' }] } }
export const mendShout = { name: 'edit', input: { path: 'src/text/shout.js', edits: [{ find: 'toLowerCase', replace: 'toUpperCase' }] } }
export const finish = (summary: string) => ({ name: 'finish', input: { summary, confidence: 0.9 } })

export const twoTasks = {
  tasks: [
    { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }] },
    { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: [{ command: 'node --test test/shout.test.js' }] },
    { id: 'all', subgoal: 'Everything passes together: look, and mend what is left.', scope: ['docs/**'], checks: ['c1'], depends_on: ['sum', 'shout'] },
  ],
}

/** Whose request it is: the role of its opening message, and the task by words of its goal. */
export interface Asked {
  readonly role: string
  readonly opening: string
  /** The first line of what it is to do. */
  readonly goal: string
  /** Answers of the model so far in this conversation. */
  readonly turn: number
  readonly request: NormalisedRequest
}

export function toAsked(request: NormalisedRequest): Asked {
  const first = request.items.find((item) => item.kind === 'text')
  const opening = first?.kind === 'text' ? first.text : ''
  const turn = new Set(request.items.filter((item) => item.kind === 'call' || (item.kind === 'text' && item.role === 'assistant')).map((item) => item.message)).size
  return { role: /^# Your part: (\S+)/.exec(opening)?.[1] ?? '', opening, goal: /^# Goal\n(.*)/m.exec(opening)?.[1] ?? '', turn, request }
}

/** Runs the command line against a model that answers by who asks. */
export async function runPlanned(machine: Machine, answer: (asked: Asked) => Reply, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended & { readonly asked: readonly Asked[] }> {
  const asked: Asked[] = []
  const server = await startModelServer({
    lenient: true,
    script: (request) => {
      const each = toAsked(request)
      asked.push(each)
      return answer(each)
    },
  })
  try {
    return { ...(await machine.writ(args, { env: { ...modelEnv(server), ...env } })), asked }
  } finally {
    await server.close()
  }
}
