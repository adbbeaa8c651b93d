import { findField } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { argumentsOf } from '../syntax/vocabulary.ts'
import { calledName } from './calls.ts'
import { quote } from './sketch.ts'
import type { Generator, Sketch } from './sketch.ts'

/** Flags and small parts of regular expressions. */
export const changeRegex: Generator = (node, sketch) => {
  if (node.type === 'regex') {
    const flags = findField(node, 'flags')
    const now = flags === undefined ? '' : sketch.text(flags)
    const body = sketch.text(node).slice(0, now === '' ? undefined : -now.length)
    for (const flag of ['g', 'i', 'm', 'u', 's']) {
      const other = now.includes(flag) ? now.replace(flag, '') : now + flag
      sketch.replace(node, body + other, 'regexp', flag === 'g' || flag === 'i' ? 0.4 : 0.15, `${now.includes(flag) ? 'drop' : 'add'} the flag ${quote(flag)}`)
    }
  }
  if (node.type === 'call') addFlags(node, sketch)
  if (!isPattern(node, sketch)) return
  const text = sketch.text(node)
  const offer = (other: string, prior: number): void => sketch.replace(node, other, 'regexp', prior)
  for (const match of text.matchAll(/(?<!\\)[+*?]|\\[dwsDWS](?![+*?{])|\{\d+(,\d*)?\}|(?<=\[[^\]]*)[a-zA-Z0-9]-[a-zA-Z0-9]|(?<![\\[])\.|\[\^?[^\]]*\](?![+*?{])/g)) {
    const [part, at] = [match[0], match.index]
    const put = (other: string, prior: number): void => offer(text.slice(0, at) + other + text.slice(at + part.length), prior)
    if (part === '+') { put('*', 0.26); put('', 0.14); put('+?', 0.12) }
    else if (part === '*') { put('+', 0.26); put('*?', 0.2); put('', 0.1) }
    else if (part === '?') put('', 0.22)
    else if (part === '.') put('\\.', 0.32)
    else if (part.startsWith('{')) { put('+', 0.16); for (const n of [1, 2, 3, 4]) put(`{${n}}`, 0.1); put(`{${part.slice(1, -1)},}`, 0.12) }
    if (/^\\[dws]$/i.test(part)) put(part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase(), 0.3)
    if (/^\\[dws]$/i.test(part) || part.startsWith('[')) { put(`${part}+`, 0.28); put(`${part}*`, 0.16) }
  }
  offer(text.startsWith('^') ? text.slice(1) : `^${text}`, 0.22)
  offer(text.endsWith('$') ? text.slice(0, -1) : `${text}$`, 0.22)
  if (!(text.startsWith('^') && text.endsWith('$'))) offer(`^${text.replace(/^\^|\$$/g, '')}$`, 0.2)
}

/** Sets of characters: more of them, or all others; and whole words. */
export const changePattern: Generator = (node, sketch) => {
  if (!isPattern(node, sketch)) return
  const text = sketch.text(node)
  const offer = (other: string, prior: number): void => sketch.replace(node, other, 'regexp', prior)
  for (const match of [...text.matchAll(/(?<!\\)\[(\^?)((?:\\.|[^\]\\])+)\]/g)].slice(0, 4)) {
    const [set = '', not = '', inside = ''] = match
    const put = (other: string, prior: number): void => offer(text.slice(0, match.index) + other + text.slice(match.index + set.length), prior)
    put(not === '' ? `[^${inside}]` : `[${inside}]`, 0.22)
    for (const [more, prior] of moreOf(inside)) put(`[${not}${inside}${more}]`, prior)
  }
  const worded = /^\w/.test(text) && /\w$/.test(text) && !/\\.$/.test(text)
  if (worded) offer(`\\b${text}\\b`, 0.26)
  if (!text.startsWith('^') && !text.startsWith('\\b')) offer(`\\b${text}`, 0.12)
  if (!text.endsWith('$') && !text.endsWith('\\b')) offer(`${text}\\b`, 0.12)
}

/** What a set of characters is often found without. */
function moreOf(inside: string): [string, number][] {
  const has = (part: string): boolean => inside.includes(part) || (part === '_' && inside.includes('\\w')) || (part === '0-9' && /\\[dw]/.test(inside))
  const letters = /a-z|A-Z/.test(inside)
  const more: [string, number][] = [['0-9', letters ? 0.26 : 0.08], ['A-Z', inside.includes('a-z') ? 0.28 : 0.06], ['a-z', inside.includes('A-Z') ? 0.28 : 0.06], ['_', 0.16], ['.', 0.1], [' ', 0.1], ['+', 0.06]]
  // A hyphen is itself only at an end.
  return [...more.filter(([part]) => !has(part) && !inside.endsWith('-')), ...(/(^|\\)-|-$/.test(inside) ? [] : [['-', 0.16] as [string, number]])]
}

/** Flags of a call of Python's `re`, where it has none. */
function addFlags(node: SyntaxNode, sketch: Sketch): void {
  const callee = findField(node, 'function')
  const args = argumentsOf(node)
  const last = args.at(-1)
  if (!sketch.python || callee === undefined || last === undefined || !/^re\.(search|match|fullmatch|compile|sub|subn|split|findall|finditer)$/.test(sketch.text(callee)) || /\bre\.[A-Z]/.test(sketch.text(node))) return
  for (const [flag, prior] of [['IGNORECASE', 0.3], ['MULTILINE', 0.14], ['DOTALL', 0.12]] as const) sketch.propose(node, [{ start: last.end, end: last.end, text: `, flags=re.${flag}` }], 'regexp', prior, `add the flag ${quote(flag)}`)
}

/** The text of a regular expression: between slashes, given to Python's `re`, or raw in a table of rules. */
export function isPattern(node: SyntaxNode, sketch: Sketch): boolean {
  return node.type === 'regex_pattern' || (node.type === 'string_content' && (isRawPattern(node, sketch) || /^(search|match|fullmatch|compile|sub|subn|split|findall|finditer)$/.test(regexCall(node, sketch))))
}

/** `r"\d+"` in a table of rules. */
function isRawPattern(node: SyntaxNode, sketch: Sketch): boolean {
  const start = node.parent?.children[0]
  return start !== undefined && /^[bB]?[rR]/.test(sketch.text(start)) && /[\\[(*+?^$|]/.test(sketch.text(node))
}

function regexCall(node: SyntaxNode, sketch: Sketch): string {
  const call = node.parent?.parent?.parent
  return call === undefined || call.type !== 'call' || !/\bre\./.test(sketch.text(call)) ? '' : calledName(call, sketch)
}
