import type { Interface } from 'node:readline/promises'

const words: Readonly<Record<string, string>> = { y: 'yes', n: 'no', a: 'all', r: 'remember', l: 'later' }
const labels: Readonly<Record<string, string>> = { y: '[y]es', n: '[N]o', a: '[a]ll of them', r: '[r]emember', l: '[l]ater' }

/** `offered`: first letters, like `ynl`. */
export function describeOffered(offered: string): string {
  return [...offered].map((letter) => labels[letter] ?? letter).join(', ')
}

/**
 * Asks until one of the letters that are offered is said, or its word; nothing is `n`. Undefined at the end of the input. What is
 * none of them answers nothing: a slip of the finger is no answer that is signed.
 */
export async function askOne({ lines, prompt, offered, signal }: { readonly lines: Interface; readonly prompt: string; readonly offered: string; readonly signal: AbortSignal }): Promise<string | undefined> {
  const over = new AbortController()
  const onClose = (): void => over.abort()
  lines.once('close', onClose)
  try {
    for (;;) {
      const said = (await lines.question(prompt, { signal: AbortSignal.any([signal, over.signal]) })).trim().toLowerCase()
      const letter = said === '' ? 'n' : [...offered].find((each) => said === each || said === words[each])
      if (letter !== undefined) return letter
      process.stderr.write(`Say one of ${[...offered].join(', ')}.\n`)
    }
  } catch (error) {
    if (over.signal.aborted && !signal.aborted) return undefined
    throw error
  } finally {
    lines.off('close', onClose)
  }
}
