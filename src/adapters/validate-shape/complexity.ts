import type { ChangeValidator } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { isMeasured, measureFunctions } from './function-complexity.ts'

const decoder = new TextDecoder()
const largest = 500_000

/** Functions that the change adds above the bound, or raises, function by function. */
export function createComplexityValidator(): ChangeValidator {
  return {
    id: 'complexity', stage: 'shape', version: '1', kind: 'change',
    look: async (subject) => {
      const { most, severity } = subject.settings.complexity
      const findings: Finding[] = []
      const changes = subject.changes.filter((change) => change.kind !== 'deleted' && isMeasured(change.path)).slice(0, 500)
      if (changes.length === 0) return undefined
      for (const { path, from } of changes) {
        const [now, base] = await Promise.all([subject.read(path), subject.readBase(from ?? path)])
        if (!now || now.byteLength > largest || now.includes(0)) continue
        const before = new Map((base ? await measureFunctions(from ?? path, decoder.decode(base)) : []).map((each) => [each.name, each.complexity]))
        for (const { name, line, complexity } of await measureFunctions(path, decoder.decode(now))) {
          const old = before.get(name)
          if (complexity <= most || (old !== undefined && complexity <= old)) continue
          findings.push({ path, line, rule: 'complexity/function', severity, message: `${name} has a complexity of ${complexity}${old === undefined ? '' : `, up from ${old}`}; ${most} is the most: take it apart` })
        }
      }
      return { findings }
    },
  }
}
