/** Takes keys and tokens out of text that is shown or recorded. */
export type Scrub = (text: string) => string

const tokens: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 [key]'],
  [/\b(?:sk|pk|rk|gsk|xai|hf)[-_][\w*-]{6,}(?:\.[\w*-]+)*/gi, '[key]'],
  [/\bAIza[\w-]{10,}/g, '[key]'],
  [/\beyJ[\w-]{10,}(?:\.[\w-]+){1,2}/g, '[key]'],
  [/([?&](?:key|api[-_]?key|token|access_token)=)[^&\s"']+/gi, '$1[key]'],
  [/\/\/[^/\s:@]+:[^/\s@]+@/g, '//[key]@'],
]

/** Knows the given secrets by value, and what looks like one by shape. Values too short to be keys are left alone. */
export function toScrub(secrets: readonly (string | undefined)[]): Scrub {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= 6)
  return (text) => {
    let clean = text
    for (const secret of known) clean = clean.replaceAll(secret, '[key]')
    for (const [pattern, replacement] of tokens) clean = clean.replaceAll(pattern, replacement)
    return clean
  }
}

/** The values of all variables whose name says that they hold a secret. */
export function listSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (value && /(?:KEY|TOKEN|SECRET|PASSWORD)$/.test(name) ? [value, value.trim()] : []))
}
