import { findEncoded } from './encoded/find-encoded.ts'
import { findSecrets, type Span } from './find-secrets.ts'
import { createKnownValues } from './known-values.ts'
import { listPlaceholders, toMark, toPlaceholder } from './placeholder.ts'

/** Takes secrets out of text. Owns the values that are known; what looks like a secret it finds anew each time. */
export interface Masker {
  /** Masking what is masked changes nothing. */
  mask(text: string): string
  /** Only the values that are known, for text that must stay whole otherwise (what a provider wants back as it was). */
  maskKnown(text: string): string
  /** From now on these values are masked wherever they stand. Where `kind` says so, they never come back into a file either. */
  learn(values: Iterable<string>, kind: 'variable' | 'file'): void
  /** The placeholder of a whole text that something else gave away. */
  hide(kind: string, value: string): string
  /** The values in a text that a mask would hide and that may be put back, by the mark of their placeholder. */
  collect(text: string, into: Map<string, Set<string>>): void
  /** Where a mask would find something, in no order. */
  find(text: string): readonly Span[]
}

/** Clean texts that are remembered, so that the same output is not searched at each place it passes. */
const mostRemembered = 32
const worthRemembering = 2_000
/** Replacing may bring two halves together; more rounds than this were never needed. */
const mostRounds = 4

export function createMasker(options: { readonly key: string }): Masker {
  const { key } = options
  const known = createKnownValues()
  const clean = new Set<string>()

  function maskKnown(text: string): string {
    const spans = known.find(text)
    return spans.length === 0 ? text : replace(text, spans)
  }

  function replace(text: string, spans: readonly Span[]): string {
    let masked = ''
    let at = 0
    for (const { from, to, kind } of spans) {
      masked += text.slice(at, from) + toPlaceholder(kind, text.slice(from, to), key)
      at = to
    }
    return masked + text.slice(at)
  }

  const look = (plain: string): readonly Span[] => [...known.find(plain), ...findSecrets(plain)]

  function maskPlain(text: string): string {
    let masked = maskKnown(text)
    for (let round = 0; round < mostRounds; round += 1) {
      const spans = findSecrets(masked)
      if (spans.length === 0) break
      masked = replace(masked, spans)
    }
    return masked
  }

  return {
    mask(text) {
      if (text.length < 6 || clean.has(text)) return text
      let masked = maskPlain(text)
      for (let round = 0; round < mostRounds; round += 1) {
        const spans = around(findEncoded(masked, look), masked)
        if (spans.length === 0) break
        masked = maskPlain(replace(masked, spans))
      }
      if (masked.length >= worthRemembering) {
        if (clean.size >= mostRemembered) clean.delete(clean.values().next().value ?? '')
        clean.add(masked)
      }
      return masked
    },
    maskKnown,
    hide: (kind, value) => toPlaceholder(kind, value, key),
    learn(values, kind) {
      if (known.add(values, kind)) clean.clear()
    },
    collect(text, into) {
      const encoded = findEncoded(text, look).filter(({ kind }) => kind !== 'variable' && kind !== 'file')
      for (const { from, to } of [...findSecrets(text), ...encoded]) {
        const value = text.slice(from, to)
        if (known.find(value).length > 0) continue
        const mark = toMark(value, key)
        into.set(mark, (into.get(mark) ?? new Set()).add(value))
      }
    },
    find: (text) => [...known.find(text), ...findSecrets(text), ...findEncoded(text, look)],
  }
}

/** Placeholders stay whole: of a piece that reaches over one, what stands on both sides is left. */
function around(spans: readonly Span[], text: string): readonly Span[] {
  const fixed = spans.length === 0 ? [] : listPlaceholders(text)
  if (fixed.length === 0) return spans
  const free: Span[] = []
  let next = 0
  for (const span of spans) {
    let { from } = span
    while (next < fixed.length && (fixed[next]?.at ?? 0) + (fixed[next]?.text.length ?? 0) <= from) next += 1
    for (let n = next; n < fixed.length && (fixed[n]?.at ?? 0) < span.to; n += 1) {
      const { at = 0, text: held = '' } = fixed[n] ?? {}
      if (at > from) free.push({ ...span, from, to: at })
      from = at + held.length
    }
    if (from < span.to) free.push({ ...span, from })
  }
  return free
}
