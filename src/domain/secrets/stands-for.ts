import { entropyOf } from './assigned.ts'

/** Words by which a value says of itself that it is none. */
const said = /example|\byour[-_]|[-_]your[-_]|xxxx|dummy|placeholder|redacted|sample|changeme|change[-_]?me|insert[-_]|replace[-_]?(?:me|with|this)|not[-_ ]?a?[-_ ]?(?:real|secret)|\bfake|fake[-_]|\*{4}|\.\.\.|<[^>]*>/i
/** Runs of neighbours, which nothing random has. */
const sequence = /01234567|12345678|87654321|abcdefgh|ABCDEFGH|qwertyui|deadbeef|cafebabe|(.)\1{7}/i

/** Has the form of a credential and is plainly none: an example, a row of the same letter, the alphabet. */
export function isStandInCredential(value: string): boolean {
  return said.test(value) || sequence.test(value) || entropyOf(value) < 2.5
}

/** Words in a line that say that what it shows is no secret, behind `#` or `//` or in a name. */
const lineSays = /(?<![.@])\b(?:example(?!\.(?:com|org|net|edu)\b)|placeholder|dummy|fake|sample|changeme|not a real|for (?:tests?|testing) only|test[-_ ]?only|redacted|replace this)\b/i
const vague = /^(?:test|your|my|some|demo|foo|bar|baz|local|dev|default|admin|root|user|guest|postgres|mysql|redis)[-_]?|(?:test|secret|password|token|key|pass)\d{0,4}$|hunter2|foobar|lorem|s3cr[e3]t|p[a@]ssw[o0]rd|letmein|qwerty/i
const read = /\$\{|\{\{|%\(|\bprocess\.env|\bos\.environ|\bgetenv|\bENV\[|\bsecrets\.|<%/

/** A value that only its name gives away, where it or its line says that it is none. */
export function isStandInValue(value: string, line: string): boolean {
  return isStandInCredential(value) || vague.test(value) || read.test(value) || lineSays.test(line.replace(value, ''))
}

/** The token that every page about JSON web tokens shows. */
const shownTokens = /eyJzdWIiOiIxMjM0NTY3ODkwI|eyJhbGciOiJub25lI/

/** A JSON web token that is shown everywhere. */
export function isShownToken(value: string): boolean {
  return shownTokens.test(value)
}
