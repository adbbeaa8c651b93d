import { findField, namedChildren } from '../syntax/node.ts'
import { scopeAt } from '../syntax/scope.ts'
import { isPattern } from './regexes.ts'
import { quote } from './sketch.ts'
import type { Generator } from './sketch.ts'

/** Text with places for values that is no template: a missing `f`, quotes for backticks, `{x}` for `${x}`; and how a value in one is written. */
export const fillTemplate: Generator = (node, sketch) => {
  if (node.type === 'format_specifier') changeFormat(node, sketch)
  const known = (name: string | undefined): boolean => {
    if (name === undefined) return false
    const scope = scopeAt(sketch.file, node)
    return /^(this|self)$/.test(name) || [...scope.params, ...scope.locals, ...scope.outer].includes(name)
  }
  const text = sketch.text(node)
  if (node.type === 'template_string') {
    for (const { 0: place, 1: name, index } of text.matchAll(/(?<![\\$])\{([\w$]+)[^{}]*\}/g)) {
      if (known(name)) sketch.propose(node, [{ start: node.start + index, end: node.start + index, text: '$' }], 'template', 0.4, `put in the value of ${quote(place)}`)
    }
  }
  if (node.type !== 'string') return
  if (!sketch.python) {
    const name = /\$\{([\w$]+)[^}]*\}/.exec(text)?.[1]
    if (known(name) && !text.includes('`')) sketch.replace(node, `\`${text.slice(1, -1)}\``, 'template', 0.6, `put values into ${quote(text)}`)
    return
  }
  const opening = node.children.find(({ type }) => type === 'string_start')
  if (opening === undefined || /[fFbB]/.test(sketch.text(opening))) return
  const name = /(?<!\{)\{([A-Za-z_]\w*)[^{}]*\}/.exec(text)?.[1]
  // What `format` fills in later is fine as it is.
  const filled = node.field === 'object' || /\.format\b/.test(sketch.text(node.parent ?? node))
  if (known(name)) sketch.propose(node, [{ start: node.start, end: node.start, text: 'f' }], 'template', filled ? 0.08 : 0.6, `put values into ${quote(text)} (\`f\`)`)
}

/** `:.1f` for `:.2f`, and the like. */
function changeFormat(node: Parameters<Generator>[0], sketch: Parameters<Generator>[1]): void {
  const text = sketch.text(node)
  const digits = /\.(\d+)/.exec(text)
  if (digits === null) {
    if (/^:,?$/.test(text) || /^:\d*$/.test(text)) sketch.replace(node, `${text}.2f`, 'format', 0.2)
    if (/^:[<>^]/.test(text)) for (const sign of '<>^') sketch.replace(node, `:${sign}${text.slice(2)}`, 'format', 0.3)
    return
  }
  const count = Number(digits[1])
  const put = (other: number): string => `${text.slice(0, digits.index)}.${other}${text.slice(digits.index + digits[0].length)}`
  for (const other of new Set([count + 1, count - 1, 2, 0])) if (other >= 0 && other !== count) sketch.replace(node, put(other), 'format', Math.abs(other - count) === 1 ? 0.34 : 0.2)
  if (!text.includes(',')) sketch.replace(node, `${text.slice(0, digits.index)},${text.slice(digits.index)}`, 'format', 0.16)
}

/** Backslashes that are one too many, turned round, or read by the string in the place of the regular expression that it is. */
export const mendEscapes: Generator = (node, sketch) => {
  const isText = /^(string|template_string)$/.test(node.type)
  if (!isText || node.parent?.field === 'source') return
  const text = sketch.text(node)
  const opening = sketch.python ? node.children.find(({ type }) => type === 'string_start') : undefined
  const raw = opening !== undefined && /[rR]/.test(sketch.text(opening))
  const content = sketch.python ? namedChildren(node).find(({ type }) => type === 'string_content') : undefined
  // Only these say something else to the string than to the regular expression.
  if (content !== undefined && !raw && isPattern(content, sketch) && /(?<!\\)(?:\\\\)*\\[abfv\d]/.test(text)) {
    sketch.propose(node, [{ start: node.start, end: node.start, text: 'r' }], 'text', 0.5, `leave the backslashes of ${quote(text)} to the regular expression (\`r\`)`)
    return
  }
  if (raw && content !== undefined && isPattern(content, sketch)) return
  const swaps = raw ? [] : [[/\\\\([nrt])/g, '\\$1', 0.5], [/(?<![\w/:])\/([nt])(?!\w)/g, '\\$1', 0.3]] as const
  for (const [slip, meant, prior] of swaps) {
    const other = text.replaceAll(slip, meant)
    if (other !== text) sketch.replace(node, other, 'text', prior)
  }
  const regexed = /^(RegExp)$/.test(sketch.text(findField(node.parent?.parent ?? node, 'constructor') ?? findField(node.parent?.parent ?? node, 'function') ?? node))
  if (!sketch.python && regexed) {
    const other = text.replaceAll(/(?<!\\)\\([dwsbDWSB.])/g, '\\\\$1')
    if (other !== text) sketch.replace(node, other, 'text', 0.5)
  }
  // `r'…\n'` outside of patterns joins with two characters.
  if (raw && /\\[nt]/.test(text) && opening !== undefined) sketch.replace(opening, sketch.text(opening).replace(/[rR]/, ''), 'text', 0.24, `read the escapes of ${quote(text)}`)
}
