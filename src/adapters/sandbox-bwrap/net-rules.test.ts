import assert from 'node:assert/strict'
import os from 'node:os'
import { test } from 'node:test'
import { findAddressFault, judgeAuthority, parseNetRule, splitAuthority } from './net-rules.ts'

const rules = ['packages.example.org', '.example.com:443', 'mirror.example.net:80', '127.0.0.1:4873', '[::1]:4873'].map(parseNetRule)
const judge = (authority: string): boolean => {
  const { host, port } = splitAuthority(authority, 443)
  return judgeAuthority(rules, host, port).allowed
}

test('a host matches exactly or on a dot boundary, and only on the listed port', () => {
  const allowed = ['packages.example.org', 'packages.example.org:443', 'PACKAGES.example.org.:443', 'a.example.com', 'a.b.example.com:443', 'mirror.example.net:80', '127.0.0.1:4873', '[::1]:4873', '[0:0:0:0:0:0:0:1]:4873', '[::ffff:127.0.0.1]:4873']
  for (const authority of allowed) assert.ok(judge(authority), authority)
  const refused = ['packages.example.org:22', 'packages.example.org:80', 'evil-packages.example.org', 'packages.example.org.evil.net', 'example.com', 'notexample.com', 'mirror.example.net', 'example.org', '127.0.0.1', '127.0.0.2:4873', '10.0.0.1']
  for (const authority of refused) assert.ok(!judge(authority), authority)
})

test('an address in disguise is not a name', () => {
  for (const host of ['0x7f.0.0.1', '2130706433', '127.1', '0177.0.0.1', '1.2.3', '0x7f000001', 'exa mple.com', 'a..b', '-a.com', '*.example.com', 'a_b.example.com\r\nx']) {
    assert.equal(judgeAuthority([{ host: host.toLowerCase(), suffix: false, port: 443 }], host, 443).allowed, false, host)
  }
})

test('a grant that cannot be read is refused with how to write it', () => {
  for (const text of ['', 'http://example.com', 'example.com:0', 'example.com:99999', 'user@example.com', '*.example.com', 'example.com/path', '.127.0.0.1x:']) {
    assert.throws(() => parseNetRule(text), RangeError, text)
  }
})

test('only public addresses may be dialled for a name', () => {
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []).map((entry) => entry.address)
  const faulty = ['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fc00::1', 'fd12::1', '::ffff:10.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'ff02::1', ...own]
  for (const address of faulty) assert.ok(findAddressFault(address) !== undefined, address)
  for (const address of ['1.1.1.1', '172.32.0.1', '104.16.0.1', '2606:4700::1111', '2a00:1450:4001::1']) assert.equal(findAddressFault(address), undefined, address)
})
