import { readFile } from 'node:fs/promises'
import { ContractFile } from '../protocol/contract.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { parseYaml } from './yaml-file.ts'

/** Reads `--contract FILE`. @throws Fault `contract-unreadable` that names the file, the place and what is wrong there. */
export async function readContractFile(path: string): Promise<ContractFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('contract-unreadable', `the contract ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  return parseYaml(text, path, { what: 'the contract', schema: ContractFile, published: 'schemas/contract.schema.json', code: 'contract-unreadable' })
}
