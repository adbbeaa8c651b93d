import { z } from 'zod'
import type { ChangeValidator, CommandValidator, FileValidator, Validator } from '../../src/engine/ports/validation.ts'
import type { SandboxResult } from '../../src/engine/ports/sandbox.ts'
import type { Finding } from '../../src/protocol/evidence.ts'

const decoder = new TextDecoder()

/** Small validators that do real work, one of each kind and each way to fail. */
export const sampleValidators: readonly Validator[] = [scopeValidator(), todoValidator(), longLineValidator(), nodeValidator(), sarifValidator(), compilerValidator(), waitingValidator()]

/** Marks of what is left to do are warnings; `FIXME` is an error. */
function todoValidator(): FileValidator {
  return {
    id: 'todo', stage: 'static', version: '1', kind: 'file', quick: true,
    concerns: (path) => /\.(js|txt)$/.test(path),
    look: async ({ path, text }) => text.split('\n').flatMap((line, index): Finding[] => {
      const mark = /\b(TODO|FIXME)\b/.exec(line)?.[1]
      return mark === undefined ? [] : [{ path, line: index + 1, rule: mark.toLowerCase(), message: `a ${mark} is left here`, severity: mark === 'FIXME' ? 'error' : 'warning', evidence: line.trim() }]
    }),
  }
}

function longLineValidator(): FileValidator {
  return {
    id: 'long-lines', stage: 'shape', version: '1', kind: 'file',
    concerns: (path) => path.endsWith('.txt'),
    look: async ({ path, text }) => {
      if (text.includes('break the validator')) throw new Error('cannot count these lines')
      return text.split('\n').flatMap((line, index): Finding[] => (line.length > 200 ? [{ path, line: index + 1, rule: 'length', message: `${line.length} characters`, severity: 'note' }] : []))
    },
  }
}

/** `node --check` over all scripts, as it is in the sandbox. */
function nodeValidator(): CommandValidator {
  const script = 'status=0; for file in $(find . -name "*.js" -not -path "./node_modules/*"); do node --check "$file" || status=1; done; exit $status'
  return {
    id: 'node-check', stage: 'static', version: '1', kind: 'command',
    find: async (subject) => {
      if (!(await subject.files()).some((path) => path.endsWith('.js'))) return undefined
      if (!(await subject.has('node'))) return { missing: 'node is not installed in the sandbox' }
      return {
        argv: ['bash', '-c', script], timeoutMs: 60_000,
        read: (result) => ({ findings: [...decoder.decode(result.stderr).matchAll(/^.*?\/([^/\s]+\.js):(\d+)$[\s\S]*?^(SyntaxError: .*)$/gm)].map(([, path = '', line, message = '']) => ({ path, line: Number(line), rule: 'syntax', message })) }),
      }
    },
  }
}

const Sarif = z.object({ runs: z.array(z.object({ results: z.array(z.object({ ruleId: z.string(), level: z.enum(['error', 'warning', 'note']), message: z.object({ text: z.string() }), locations: z.array(z.object({ physicalLocation: z.object({ artifactLocation: z.object({ uri: z.string() }), region: z.object({ startLine: z.int() }) }) })) })) })) })

/** A script of the repository's own that prints SARIF. */
function sarifValidator(): CommandValidator {
  const read = (result: SandboxResult): { readonly findings: readonly Finding[] } | { readonly failed: string } => {
    const printed = decoder.decode(result.stdout)
    if (!printed.startsWith('{')) return { failed: `lint.sh printed no SARIF and ended with ${result.exitCode}` }
    return { findings: Sarif.parse(JSON.parse(printed)).runs.flatMap((run) => run.results.map(({ ruleId, level, message, locations }) => ({
      rule: ruleId, severity: level, message: message.text, path: locations[0]?.physicalLocation.artifactLocation.uri ?? '', line: locations[0]?.physicalLocation.region.startLine ?? 1,
    }))) }
  }
  return {
    id: 'own-lint', stage: 'security', version: '1', kind: 'command',
    find: async (subject) => ((await subject.files()).includes('lint.sh') ? { argv: ['bash', 'lint.sh'], timeoutMs: 60_000, read } : undefined),
  }
}

/** The repository has a file for a compiler that is nowhere. */
function compilerValidator(): CommandValidator {
  return {
    id: 'compiler', stage: 'static', version: '1', kind: 'command',
    find: async (subject) => ((await subject.files()).includes('build.zz') ? ((await subject.has('zz-compiler')) ? { argv: ['zz-compiler'], timeoutMs: 1_000, read: () => ({ findings: [] }) } : { missing: 'zz-compiler is not installed' }) : undefined),
  }
}

function scopeValidator(): ChangeValidator {
  return {
    id: 'scope', stage: 'change', version: '1', kind: 'change', quick: true,
    look: async ({ contract, changes }) => (contract === undefined || contract.scope.length === 0 ? undefined : {
      findings: changes.filter(({ path }) => !contract.scope.some((glob) => path.startsWith(glob.replace(/\*+$/, '')))).map(({ path }) => ({ path, rule: 'outside', message: `the contract allows changes to ${contract.scope.join(', ')} only` })),
    }),
  }
}

/** Never ends by itself, and says when it is at work. */
function waitingValidator(): ChangeValidator {
  return {
    id: 'waiting', stage: 'security', version: '1', kind: 'change',
    look: async (subject) => {
      if (!(await subject.files()).includes('wait-for-ever')) return undefined
      await subject.run('result', { argv: ['touch', 'left-by-a-command'], timeoutMs: 60_000 })
      const waiting = subject.run('result', { argv: ['tail', '-f', '/dev/null'], timeoutMs: 600_000 })
      process.stderr.write('waiting is at work\n')
      await waiting
      return { findings: [] }
    },
  }
}
