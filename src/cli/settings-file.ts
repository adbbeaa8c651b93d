import { readFile } from 'node:fs/promises'
import { ValidationSettings } from '../domain/validation/settings.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { findPatternProblems } from './pattern-problems.ts'

/** Reads `--settings FILE`, YAML in the form of `ValidationSettings`. @throws Fault `request-invalid` naming the file and the place. */
export async function readSettingsFile(path: string): Promise<ValidationSettings> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('request-invalid', `the settings ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) throw new Fault('request-invalid', `the settings ${path} are not valid YAML: ${broken.message.split('\n')[0] ?? ''}`)
  const parsed = ValidationSettings.safeParse(document.toJS() ?? {})
  if (parsed.success) {
    const problems = await findPatternProblems(parsed.data)
    if (problems.length === 0) return parsed.data
    throw new Fault('request-invalid', `the settings ${path} have rules that cannot be looked for: ${problems.slice(0, 3).map(({ message }) => message).join('; ')}`)
  }
  const issues = parsed.error.issues.slice(0, 3).map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
  throw new Fault('request-invalid', `the settings ${path} do not fit: ${issues.join('; ')}`)
}
