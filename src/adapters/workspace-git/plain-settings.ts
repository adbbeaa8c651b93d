import fs from 'node:fs'
import path from 'node:path'
import type { PersonRepository } from './person-repository.ts'

/*
 * Git's settings, read from its files where they are written plainly: it saves every start one process. Includes, settings
 * by environment, quotes, continued lines, a git that may keep its system's file elsewhere: all that is for git to explain,
 * and the answer here is undefined.
 */
const largest = 1024 * 1024
const section = /^\s*\[\s*([\w.-]+)\s*(?:"[^"\\]*")?\s*\]\s*$/
const setting = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*?))?\s*$/
const comment = /^\s*(?:[#;].*)?$/

/** Lower-case `core.name` → value as written, or `true` for a bare name. Undefined where git has to be asked. */
export function findPlainCore(person: PersonRepository, gitPath: string, env: Readonly<Record<string, string | undefined>>): Map<string, string> | undefined {
  if (Object.keys(person.env).some((name) => name.startsWith('GIT_CONFIG') && name !== 'GIT_CONFIG_NOSYSTEM')) return undefined
  const files = listFiles(person, gitPath, env)
  if (files === undefined) return undefined
  const found = new Map<string, string>()
  for (const file of files) if (!readCore(file, found)) return undefined
  return found
}

/** In the order in which git reads them: a later one wins. */
function listFiles(person: PersonRepository, gitPath: string, env: Readonly<Record<string, string | undefined>>): readonly string[] | undefined {
  const home = env['HOME']
  if (home === undefined || !path.isAbsolute(home)) return undefined
  const hasSystem = ['1', 'true', 'yes', 'on'].includes((person.env['GIT_CONFIG_NOSYSTEM'] ?? '').toLowerCase()) === false
  if (hasSystem && findProgram(gitPath, env) !== '/usr/bin/git') return undefined
  return [
    ...(hasSystem ? ['/etc/gitconfig'] : []),
    path.join(env['XDG_CONFIG_HOME'] || path.join(home, '.config'), 'git', 'config'),
    path.join(home, '.gitconfig'),
    path.join(person.commonDir, 'config'),
  ]
}

function findProgram(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (path.isAbsolute(name)) return name
  for (const directory of (env['PATH'] ?? '').split(':')) {
    if (!path.isAbsolute(directory)) return undefined
    const file = path.join(directory, name)
    if (fs.existsSync(file)) return file
  }
  return undefined
}

/** False where the file is not plain. */
function readCore(file: string, found: Map<string, string>): boolean {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return true
  if (!stats.isFile() || stats.size > largest) return false
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch {
    // Not for us to read: git says what that means.
    return false
  }
  let at = ''
  for (const line of text.split('\n')) {
    if (comment.test(line)) continue
    const opened = section.exec(line)?.[1]
    if (opened !== undefined) {
      at = line.includes('"') ? '' : opened.toLowerCase()
      if (/^(?:include|includeif|extensions)\b/i.test(opened)) return false
      continue
    }
    const [, name, value] = setting.exec(line) ?? []
    if (name === undefined || /\\$/.test(line)) return false
    if (at !== 'core') continue
    if (value !== undefined && /["\\#;]/.test(value)) return false
    found.set(`core.${name.toLowerCase()}`, value ?? 'true')
  }
  return true
}
