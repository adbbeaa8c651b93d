export type Query = Record<string, string | string[]>

function decode(text: string): string {
  return decodeURIComponent(text.replace(/\+/, ' '))
}

/** `a=1&b=2&b=3` → { a: '1', b: ['2', '3'] } */
export function parseQuery(text: string): Query {
  const query: Query = {}
  const body = text.startsWith('?') ? text.slice(1) : text
  for (const pair of body.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const key = decode(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : decode(pair.slice(at + 1))
    const known = query[key]
    if (known === undefined) query[key] = value
    else if (Array.isArray(known)) known.push(value)
    else query[key] = [known, value]
  }
  return query
}

export function toQuery(query: Query): string {
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+')
  return Object.keys(query).sort().flatMap((key) => [query[key] ?? ''].flat().map((value) => `${encode(key)}=${encode(value)}`)).join('&')
}

export function withParam(url: string, key: string, value: string): string {
  const [path = '', search = ''] = url.split('?')
  return `${path}?${toQuery({ ...parseQuery(search), [key]: value })}`
}
