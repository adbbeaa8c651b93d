import { z } from 'zod'
import template from './template.json' with { type: 'json' }
import { digestOfJson } from '../digest.ts'

/** The prompts are data; this is what a run records of them. */
export const templateDigest = digestOfJson(template)

const Lines = z.array(z.string())
/** Prompts as they are kept with a run. */
export const Templates = z.object({ version: z.literal(1), system: Lines, /** For whoever has no tool that changes or runs anything. */ looking: Lines.optional(), opening: Lines, intake: z.object({ system: Lines, user: Lines }) })
export type Templates = z.infer<typeof Templates>

export type Slots = Readonly<Record<string, string>>

/** Fills `{SLOT}`s. A line that is nothing but a slot disappears when the slot is empty. */
export function fillTemplate(lines: readonly string[], slots: Slots): string {
  const filled: string[] = []
  for (const line of lines) {
    const alone = /^\{([A-Z]+)\}$/.exec(line)
    const name = alone?.[1]
    if (name !== undefined && !slots[name]) continue
    // One pass over the template's own text: a slot name inside a filled-in value is left as it is.
    filled.push(line.replaceAll(/\{([A-Z]+)\}/g, (whole, slot: string) => slots[slot] ?? whole))
  }
  return filled.join('\n')
}

export const templates = template as Templates
