import type { z } from 'zod'

const kinds: Readonly<Record<string, string>> = { array: 'a list', object: 'fields with values', record: 'fields with values', string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', null: 'empty', undefined: 'missing' }

/** What does not fit, as a clause that follows the place: what was found there, and what belongs there. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const has = issue.path.length === 0 ? 'all of it' : 'it'
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)$/.exec(issue.message)?.[1] ?? ''
      return `${has} is ${kinds[received] ?? received}, and has to be ${kinds[issue.expected] ?? issue.expected}`
    }
    case 'invalid_value': return `${has} has to be ${issue.values.length > 4 ? `one of ${issue.values.map(String).join(', ')}` : issue.values.map(String).join(' or ')}`
    case 'unrecognized_keys': return `there is no field ${issue.keys.join(', ')}`
    case 'too_small': return describeSmall(issue, has)
    case 'too_big': return describeBig(issue, has)
    // Where a schema says in its own words what belongs there, these are better.
    case 'invalid_format': return issue.message.startsWith('Invalid string: must match pattern') ? `${has} is not written as it has to be (the pattern is ${issue.pattern ?? 'in its schema'})` : issue.message
    case 'invalid_union': return `${has} has none of the forms that it may have`
    default: return issue.message
  }
}

function describeSmall({ origin, minimum, inclusive, message }: z.core.$ZodIssueTooSmall, has: string): string {
  if (origin === 'array') return minimum === 1 || minimum === 1n ? `${has} is empty, and has to have at least 1` : `${has} has to have at least ${minimum}`
  if (origin === 'string') return minimum === 1 || minimum === 1n ? `${has} is empty` : `${has} has to have at least ${minimum} characters`
  if (['number', 'int', 'bigint'].includes(origin)) return `${has} has to be ${inclusive === false ? 'more than' : 'at least'} ${minimum}`
  return message
}

function describeBig({ origin, maximum, inclusive, message }: z.core.$ZodIssueTooBig, has: string): string {
  if (origin === 'array') return `${has} may have at most ${maximum}`
  if (origin === 'string') return `${has} may have at most ${maximum} characters`
  if (['number', 'int', 'bigint'].includes(origin)) return `${has} has to be ${inclusive === false ? 'less than' : 'at most'} ${maximum}`
  return message
}
