import type { z } from 'zod'

const kinds: Readonly<Record<string, string>> = { array: 'a list', object: 'fields with values', string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', null: 'empty', undefined: 'missing' }

/** What does not fit, as a clause that follows the place: what was found there, and what belongs there. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const has = issue.path.length === 0 ? 'all of it' : 'it'
  if (issue.code === 'invalid_type') {
    const received = /received (\w+)$/.exec(issue.message)?.[1] ?? ''
    return `${has} is ${kinds[received] ?? received}, and has to be ${kinds[issue.expected] ?? issue.expected}`
  }
  if (issue.code === 'too_small' && issue.origin === 'array') return `${has} is empty, and has to have at least ${issue.minimum}`
  if (issue.code === 'invalid_value') return `${has} has to be ${issue.values.map(String).join(' or ')}`
  if (issue.code === 'unrecognized_keys') return `there is no field ${issue.keys.join(', ')}`
  return issue.message
}
