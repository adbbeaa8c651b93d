import net from 'node:net'
import os from 'node:os'

/** One answer of the proxy, for the log. */
export interface NetDecision {
  readonly allowed: boolean
  /** What was asked for, `host:port`. */
  readonly authority: string
  readonly reason: string
}

/** One line of a grant: `host:port`, `.suffix:port`; without a port 443. */
export interface NetRule {
  readonly host: string
  readonly suffix: boolean
  readonly port: number
}

const DEFAULT_PORT = 443
const DNS_NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** @throws RangeError with a sentence for a line that cannot be read. */
export function parseNetRule(text: string): NetRule {
  const { host, port } = splitAuthority(text.trim(), DEFAULT_PORT)
  const suffix = host.startsWith('.')
  const name = suffix ? host.slice(1) : host
  if (net.isIP(name) === 0 && !isHostName(name)) throw new RangeError(`"${text}" is not a host and port`)
  return { host: net.isIP(name) === 0 ? name : toPlainAddress(name), suffix, port }
}

/**
 * `host:port`, `[v6]:port` or a host alone. Names come back in lower case without a final dot.
 * @throws RangeError for what is neither.
 */
export function splitAuthority(text: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@\s]+))(?::(\d{1,5}))?$/.exec(text)
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  const host = (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '')
  if (host === undefined || host === '' || port < 1 || port > 65_535) throw new RangeError(`"${text}" is not a host and port`)
  return { host, port }
}

/** A name whose last label is a number is an address in disguise (127.1, 0x7f.0.0.1, 2130706433). */
function isHostName(host: string): boolean {
  const last = host.slice(host.lastIndexOf('.') + 1)
  return DNS_NAME.test(host) && !/^(?:\d+|0x[0-9a-f]*)$/.test(last)
}

/** Judges by the authority that would be dialled, before anything is resolved. */
export function judgeAuthority(rules: readonly NetRule[], host: string, port: number): NetDecision {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
  const literal = net.isIP(host) !== 0
  if (!literal && !isHostName(host)) return { allowed: false, authority, reason: 'not a plain host name' }
  const name = literal ? toPlainAddress(host) : host
  const sameHost = rules.filter((rule) =>
    rule.suffix ? !literal && name.endsWith(`.${rule.host}`) : rule.host === name,
  )
  if (sameHost.length === 0) return { allowed: false, authority, reason: literal ? 'addresses must be listed themselves' : 'the host is not listed' }
  const match = sameHost.find((rule) => rule.port === port)
  if (match === undefined) return { allowed: false, authority, reason: `port ${port} is not listed for this host` }
  return { allowed: true, authority, reason: `listed as ${match.suffix ? '.' : ''}${match.host}:${match.port}` }
}

/** IPv6 in its shortest form and IPv4-mapped addresses as IPv4, so that one address has one spelling. */
export function toPlainAddress(address: string): string {
  if (net.isIPv4(address)) return address
  const plain = new net.SocketAddress({ address, family: 'ipv6' }).address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  return mapped ?? plain.toLowerCase()
}

const reserved = makeReserved()

function makeReserved(): net.BlockList {
  const list = new net.BlockList()
  const v4: readonly (readonly [string, number])[] = [
    ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
    ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15],
    ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
  ]
  const v6: readonly (readonly [string, number])[] = [
    ['::', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16],
    ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
  ]
  for (const [address, bits] of v4) list.addSubnet(address, bits, 'ipv4')
  for (const [address, bits] of v6) list.addSubnet(address, bits, 'ipv6')
  return list
}

/**
 * Why an address that a listed name resolved to must not be dialled: loopback, link-local (metadata services),
 * private, reserved, or one of this machine's own.
 * @returns undefined where it may.
 */
export function findAddressFault(address: string): string | undefined {
  const plain = toPlainAddress(address.replace(/%.*$/, ''))
  if (reserved.check(plain, net.isIPv4(plain) ? 'ipv4' : 'ipv6')) return `resolves to ${plain}, which is not a public address`
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
  if (own.some((entry) => toPlainAddress(entry.address) === plain)) return `resolves to ${plain}, this machine's own address`
  return undefined
}
