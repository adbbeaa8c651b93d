import { readFile } from 'node:fs/promises'
import { ContractFile } from '../protocol/contract.ts'
import { Fault, toMessage } from '../protocol/fault.ts'

/** Reads `--contract FILE`. @throws Fault `contract-unreadable` that names the file, the place and what is wrong there. */
export async function readContractFile(path: string): Promise<ContractFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('contract-unreadable', `the contract ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const broken = document.errors[0]
  if (broken) throw new Fault('contract-unreadable', `the contract ${path} is not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const value: unknown = document.toJS()
  const parsed = ContractFile.safeParse(value)
  if (parsed.success) return parsed.data
  const { createLocator, explainIssues, toFaultText } = await import('../domain/text/explain-issues.ts')
  throw new Fault('contract-unreadable', `the contract ${path} does not fit its format, schemas/contract.schema.json:${toFaultText(explainIssues({ schema: ContractFile, issues: parsed.error.issues, value, at: createLocator(document, (offset) => lineCounter.linePos(offset).line) }))}`)
}
