import { readFile } from 'node:fs/promises'
import { z } from 'zod'
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
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) throw new Fault('contract-unreadable', `the contract ${path} is not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = ContractFile.safeParse(document.toJS())
  if (!parsed.success) throw new Fault('contract-unreadable', `the contract ${path} does not fit: ${explainIssues(parsed.error)}. Its format is in schemas/contract.schema.json`)
  return parsed.data
}

function explainIssues(error: z.ZodError): string {
  return error.issues.slice(0, 3).map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message)).join('; ')
}
