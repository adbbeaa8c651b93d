export interface Settings {
  retries: number
  verbose: boolean
  tags: string[]
  timeoutMs: number
}

const DEFAULTS: Settings = { retries: 3, verbose: false, tags: [], timeoutMs: 30_000 }

export function withDefaults(given: Partial<Settings> = {}): Settings {
  return { ...DEFAULTS, ...given, tags: [...DEFAULTS.tags, ...(given.tags ?? [])] }
}

export function parseLines(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const at = trimmed.indexOf('=')
    if (at === -1) continue
    values[trimmed.slice(0, at).trim()] = trimmed.slice(at + 1).trim()
  }
  return values
}

export function toBoolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case 'yes':
    case 'true':
    case 'on':
      return true
    default:
      return false
  }
}

export function describeSettings(settings: Settings): string {
  const parts = [`retries: ${settings.retries}`, `timeout: ${settings.timeoutMs / 1000} s`]
  if (settings.verbose) parts.push('verbose')
  if (settings.tags.length > 0) parts.push(`tags: ${settings.tags.join(', ')}`)
  return parts.join('; ')
}

export function levelOf(name: string): number {
  let level = 0
  switch (name) {
    case 'debug':
      level = 10
      break
    case 'info':
      level = 20
      break
    case 'error':
      level = 40
      break
  }
  return level
}

export function readPath(source: Record<string, unknown>, path: string): unknown {
  let at: unknown = source
  for (const key of path.split('.')) {
    if (at === null || typeof at !== 'object') return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}
