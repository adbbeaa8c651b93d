import { whyTest } from '../../domain/contract/test-places.ts'
import { findOrders } from '../../domain/validation/agent-orders.ts'
import { findHidden, type HiddenKind } from '../../domain/validation/hidden-characters.ts'
import type { FileValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { toLineFinder } from './text-places.ts'

const passedOver = /\.(svg|min\.js|min\.css|map|lock)$|(^|\/)(package-lock\.json|pnpm-lock\.yaml|go\.sum)$/
/** Where people write in all languages of the world. */
const prose = /\.(md|mdx|rst|adoc|txt|po|pot|xlf|xliff|strings|resx|arb|ftl|properties|html?|srt|vtt|csv|tsv)$|(^|\/)(locales?|i18n|l10n|intl|translations?|lang|langs|languages)\//i
/** Files whose purpose is to tell agents what to do: a change of them is a matter of policy. */
const forAgents = /(^|\/)((AGENTS|CLAUDE|GEMINI|CONVENTIONS)(\.local)?\.md|\.cursorrules|\.windsurfrules|copilot-instructions\.md|SKILL\.md)$|(^|\/)(\.cursor|\.claude|\.agents?|prompts?)\//i
/** Orders that stand together, in characters. */
const near = 600
const mostFindings = 50

const words: Readonly<Record<HiddenKind, string>> = {
  'tag-characters': 'has text in characters that nobody sees: take it out',
  'variation-selectors': 'has data in characters that nobody sees: take it out',
  'bidi': 'has marks that change the order in which the text is shown: what it says is not what it shows',
  'bidi-in-text': 'has marks of the writing direction in code: write them as escapes',
  'zero-width': 'has characters without width: take them out, or write them as escapes',
  'filler': 'has letters that show nothing: what looks like one name may be another',
  'ansi': 'has bytes that terminals obey: write them as escapes (\\u001b)',
  'homoglyph': 'has a word with letters of another script that look like its own: write it with one',
}

/** Hidden characters, and texts that order an agent about, in what a change adds. */
export function createInjectionValidator(): FileValidator {
  return {
    id: 'injection', stage: 'security', version: '2', kind: 'file', quick: true, takesOutZeros: true,
    concerns: (path) => !passedOver.test(path),
    look: async ({ path, text }) => {
      const toLine = toLineFinder(text)
      const isShown = whyTest(path) !== undefined || prose.test(path)
      const hidden = findHidden(text).flatMap(({ what, at }): Finding[] => {
        const weight = weigh(what, path)
        return weight === undefined ? [] : [{ path, line: toLine(at), rule: `injection/${what}`, message: words[what], evidence: toEscapes(text.slice(Math.max(0, at - 12), at + 24)), ...weight }]
      })
      const orders = forAgents.test(path) ? findOrders(text).filter((each) => each.isPlain && /ignore|disregard|forget/i.test(each.what)) : findOrders(text)
      const told = orders.map(({ what, at, isPlain }): Finding => {
        // One sentence may be quoted; several that go together are meant.
        const isMeant = isPlain && !isShown && orders.some((each) => each.isPlain && each.what !== what && Math.abs(each.at - at) <= near)
        return { path, line: toLine(at), rule: 'injection/order', severity: isMeant ? 'error' : 'warning', message: 'has words that are addressed to an agent and order it about: take them out, unless they are what this file is about', evidence: what }
      })
      return [...hidden, ...told].slice(0, mostFindings)
    },
  }
}

/** Undefined where such characters are as they should be. */
function weigh(what: HiddenKind, path: string): Pick<Finding, 'severity' | 'quarantine'> | undefined {
  const isTest = whyTest(path) !== undefined
  switch (what) {
    case 'tag-characters':
    case 'variation-selectors': return isTest ? { severity: 'warning' } : { severity: 'error', quarantine: true }
    case 'bidi': return isTest ? { severity: 'warning' } : prose.test(path) ? { severity: 'error' } : { severity: 'error', quarantine: true }
    case 'bidi-in-text': return prose.test(path) || isTest || /\.(json|ya?ml|xml)$/.test(path) ? undefined : { severity: 'warning' }
    case 'homoglyph': return isTest || prose.test(path) ? { severity: 'warning' } : { severity: 'error' }
    case 'zero-width':
    case 'filler':
    case 'ansi': return { severity: 'warning' }
  }
}

function toEscapes(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E]/gu, (letter) => (letter === '\n' ? ' ' : `\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}`)).slice(0, 120)
}
