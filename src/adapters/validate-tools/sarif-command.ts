import { readSarif } from '../../domain/validation/read-sarif.ts'
import type { CommandRule, ValidationSettings } from '../../domain/validation/settings.ts'
import type { CommandValidator, Validator } from '../../engine/ports/validation.ts'
import { readOutputs, lastWords, type ToolRun, toScript } from './tool-command.ts'

/** Any program that prints SARIF 2.1.0 on standard output, as the settings name them. Its exit code says nothing: tools differ. */
export function commandValidators({ commands }: ValidationSettings): readonly Validator[] {
  return commands.map(toCommandValidator)
}

function toCommandValidator({ id, command, stage, timeout_seconds }: CommandRule): CommandValidator {
  return {
    kind: 'command', id, stage, version: '1',
    async find(subject) {
      const [program = ''] = command
      if (!(await subject.has(program))) return { missing: `${program} is named in the settings, and not installed` }
      // The program is started as it is named: a path is one from the root.
      const runs: readonly ToolRun[] = [{ folder: '', env: [], words: command, files: undefined }]
      return {
        argv: toScript(runs, 'stdout'),
        timeoutMs: timeout_seconds * 1000,
        read(result) {
          const outputs = readOutputs(runs, result)
          if ('failed' in outputs) return outputs
          const [output] = outputs
          if (output === undefined || output.exitCode === 126 || output.exitCode === 127) return { failed: `${program} could not be started` }
          const read = readSarif(output.text, output.toPath)
          return 'failed' in read && output.text.trim() === '' ? { failed: `it printed no SARIF: ${lastWords(output.stderr)}` } : read
        },
      }
    },
  }
}
