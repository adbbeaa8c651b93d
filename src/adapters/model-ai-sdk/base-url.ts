import { Fault } from '../../protocol/fault.ts'

/** What a provider's library wants at the end of its base URL, and when it has to be added. */
export type BasePath = {
  readonly suffix: string
  /** `root`: only where the URL has no path (OpenAI's custom). `always`: unless a version is there (Anthropic's and Google's). */
  readonly add: 'root' | 'always' | 'never'
}

/**
 * People set base URLs with and without the version at the end; libraries want it there.
 * @param variable where the text came from, for the message.
 * @throws Fault `request-invalid` for what is no http(s) URL, or has a password in it.
 */
export function toBaseUrl(text: string, variable: string, path: BasePath): string {
  const url = URL.parse(text.trim())
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Fault('request-invalid', `${variable} is no http or https URL; set it to one like https://host${path.suffix}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Fault('request-invalid', `${variable} has a user or password in it; take them out and give the key in its own variable`)
  }
  const bare = url.pathname.replace(/\/+$/, '')
  const isMissing = path.add === 'always' ? !/\/v\d+[a-z]*$/.test(bare) : path.add === 'root' && bare === ''
  return `${url.origin}${bare}${isMissing ? path.suffix : ''}${url.search}`
}

/** Does the URL lead to this very machine? */
export function isLoopback(baseUrl: string): boolean {
  const host = URL.parse(baseUrl)?.hostname ?? ''
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}
