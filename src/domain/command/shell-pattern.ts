import { Unreadable } from './unreadable.ts'

const signs: Readonly<Record<string, string>> = { '\uE010': '[^]*', '\uE011': '[^]' }

/** A pattern of the shell, its signs marked, as an expression without anchors. Sets are taken over; other signs stand for themselves. */
export function toExpressionSource(pattern: string, stars: 'greedy' | 'lazy' = 'greedy'): string {
  let source = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    if (char === '\uE012') {
      const end = pattern.indexOf(']', at + 2)
      if (end === -1) source += '\\['
      else {
        source += toSet(pattern.slice(at + 1, end))
        at = end
      }
    } else if (char === '\uE010') source += stars === 'lazy' ? '[^]*?' : '[^]*'
    else source += signs[char] ?? char.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  }
  return source
}

function toSet(body: string): string {
  const negated = /^[!^]/.test(body)
  const inner = (negated ? body.slice(1) : body).replaceAll('\uE010', '*').replaceAll('\uE011', '?').replaceAll(/[\\\]^]/g, '\\$&')
  if (/\[[:.=]/.test(inner) || inner.includes('\uE012')) throw new Unreadable('a pattern has a class in it')
  return `[${negated ? '^' : ''}${inner}]`
}

/** Patterns with several stars can take very long to tell that they do not match: two are enough for anything useful. */
export function toExpression(source: string, flags = ''): RegExp {
  if ((source.match(/\*/g) ?? []).length > 3) throw new Unreadable('a pattern has too many stars')
  try {
    return new RegExp(source, flags)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new Unreadable('a pattern cannot be read')
    throw thrown
  }
}
