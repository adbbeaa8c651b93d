import type { SyntaxChecker } from '../../engine/ports/checks.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { toMessage } from '../../protocol/fault.ts'
import { findJsonFault } from './find-json-fault.ts'
import { createGrammars, type SyntaxFault } from './grammars.ts'
import { findLanguage } from './languages.ts'
import { parsesInNode } from './parses-in-node.ts'

export interface SyntaxCheckerOptions {
  /** Where the grammars lie; the installed package when left out. */
  readonly wasmDir?: string
}

const maxFaults = 5
const maxBytes = 1024 * 1024

/** `passOver` is told what is not looked at although its language is known, and why. */
export interface BoundedSyntaxChecker extends SyntaxChecker {
  check(files: Parameters<SyntaxChecker['check']>[0], passOver?: (path: string, why: string) => void): Promise<readonly Finding[]>
}

function findJsonFaults(text: string): readonly SyntaxFault[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (plain.trim() === '') return []
  try {
    JSON.parse(plain)
    return []
  } catch (thrown) {
    const said = toMessage(thrown)
    // V8 gives the position in some of its messages only.
    const end = findJsonFault(plain) ?? plain.length
    const line = plain.slice(0, end).split('\n').length
    const column = end - plain.lastIndexOf('\n', end - 1)
    return [{ line, message: `${said.replace(/ in JSON at position.*$/s, '').replace(/, \.{0,3}".*$/s, '')} (column ${column})` }]
  }
}

async function findYamlFaults(text: string): Promise<readonly SyntaxFault[]> {
  const { parseAllDocuments } = await import('yaml')
  const documents = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: true })
  const errors = Array.isArray(documents) ? documents.flatMap((one) => one.errors) : []
  return errors.map((error) => ({ line: error.linePos?.[0].line ?? 1, message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML' }))
}

async function findTomlFaults(text: string): Promise<readonly SyntaxFault[]> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    parse(text)
    return []
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown
    return [{ line: thrown.line, message: thrown.message.split('\n')[0] ?? 'not TOML' }]
  }
}

/** Says where files do not parse: the first five places of each. Nothing is loaded before the first file that needs it. */
export function createSyntaxChecker({ wasmDir }: SyntaxCheckerOptions = {}): BoundedSyntaxChecker {
  const grammars = createGrammars(wasmDir)

  async function findFaults(path: string, text: string): Promise<readonly SyntaxFault[] | 'too-long'> {
    const language = findLanguage(path)
    switch (language?.kind) {
      case undefined:
        return []
      case 'json':
        return findJsonFaults(text)
      case 'yaml':
        return findYamlFaults(text)
      case 'toml':
        return findTomlFaults(text)
      case 'grammar': {
        const faults = (await grammars.findFaults(language.name, text, maxFaults)) ?? []
        return faults !== 'too-long' && faults.length > 0 && parsesInNode(language.name, text) ? [] : faults
      }
    }
  }

  return {
    knows: (path) => findLanguage(path) !== undefined,
    async check(files, passOver) {
      const findings: Finding[] = []
      for (const { path, content } of files) {
        if (content.length > maxBytes) passOver?.(path, `it is larger than ${maxBytes / 2 ** 20} MiB`)
        if (content.length > maxBytes || content.includes(0)) continue
        const faults = await findFaults(path, new TextDecoder().decode(content))
        if (faults === 'too-long') passOver?.(path, 'parsing it took too long')
        else for (const fault of faults.slice(0, maxFaults)) findings.push({ path, line: Math.max(1, fault.line), rule: 'syntax', message: fault.message.slice(0, 300) })
      }
      return findings
    },
  }
}
