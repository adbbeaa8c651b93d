import type { painter } from './render.ts'
import { tame } from './render.ts'

/** Markdown for a terminal: headings and code stand out, words and line breaks stay what they are. */
export function paintMarkdown(text: string, paint: ReturnType<typeof painter>): string {
  let isCode = false
  return tame(text).split('\n').map((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode
      return paint('dim', line)
    }
    if (isCode) return paint('cyan', line)
    if (/^#{1,6} /.test(line)) return paint(line.startsWith('# ') ? ['bold', 'underline'] : 'bold', line)
    return line.replaceAll(/(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, (code) => paint('cyan', code))
  }).join('\n')
}
