// `node bench/secrets.mjs [DIRECTORY...]`: what masking costs on real text, what it finds there, and how it fares on hostile text.
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEncoded } from '../src/domain/secrets/encoded/find-encoded.ts'
import { findSecrets } from '../src/domain/secrets/find-secrets.ts'
import { createMasker } from '../src/domain/secrets/masker.ts'
import { toTable } from './figures.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const directories = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'src'), join(root, 'node_modules')]
const texts = /\.(?:[cm]?[jt]sx?|json|md|ya?ml|toml|py|go|rs|html|css|map|txt|lock)$/
const largest = 2_000_000

const rows = []
for (const directory of directories) {
  let bytes = 0
  let ms = 0
  let files = 0
  const kinds = new Map()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !texts.test(entry.name) || statSync(path).size > largest) continue
    const text = readFileSync(path, 'utf8')
    const began = performance.now()
    const spans = findSecrets(text)
    findEncoded(text, findSecrets)
    ms += performance.now() - began
    bytes += text.length
    files += 1
    for (const { kind } of spans) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  rows.push([directory, files, bytes / 1e6, ms / (bytes / 1e5), [...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ') || 'none'])
}
process.stdout.write(`${toTable(['text', 'files', 'MB', 'ms for 100 kB', 'found'], rows)}\n\n`)

const masker = createMasker({ key: '0'.repeat(64) })
const sample = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('').slice(0, 2_000_000)
const bytes = Buffer.from(sample, 'latin1')
const wrap = (text, width) => text.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n')
const forms = {
  'as it is': sample,
  base64: bytes.toString('base64'),
  'base64 in lines of 76': wrap(bytes.toString('base64'), 76),
  hex: bytes.toString('hex'),
  'hex in lines of 60': wrap(bytes.toString('hex'), 60),
  'hex with spaces': bytes.subarray(0, 700_000).toString('hex').replaceAll(/../g, '$& '),
  'random base64': randomBytes(1_500_000).toString('base64'),
  'random bytes': randomBytes(2_000_000).toString('latin1'),
}
const encoded = Object.entries(forms).map(([name, text]) => {
  const began = process.cpuUsage()
  createMasker({ key: '0'.repeat(64) }).mask(text)
  const { user, system } = process.cpuUsage(began)
  return [name, text.length / 1e6, text.length / (user + system)]
})
process.stdout.write(`${toTable(['two MB of sources', 'MB', 'MB/s of processor time, once and cold'], encoded)}\n\n`)

const pieces = ['a1', '=', 'password=', 'password="a1', '@', '://a:b', '://a:bcdefg1' + '@', '--', ' --token', 'eyJ1', 'eyJabcdefgh1.', '-----BEGIN PRIVATE KEY-----\n', 'sk-1', '0123456789abcdef', 'bearer 1', 'token:', 'token="', 'token ', '[secret:jwt:0a1b2c3d]password=abc', '1234567890:', 'a1.']
const hostile = pieces.map((piece) => {
  const [once, fourfold] = [100_000, 400_000].map((length) => {
    const text = piece.repeat(Math.floor(length / piece.length))
    const began = performance.now()
    masker.mask(text)
    return performance.now() - began
  })
  return [JSON.stringify(piece), once, fourfold]
})
process.stdout.write(`${toTable(['over and over', '100 kB, ms', '400 kB, ms'], hostile)}\n`)
