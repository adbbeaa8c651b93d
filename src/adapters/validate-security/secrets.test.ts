import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planted, scramble, innocent } from '../../../test/secrets/planted.ts'
import { defaultSettings } from '../../domain/validation/settings.ts'
import { createSecretsValidator } from './secrets.ts'

const validator = createSecretsValidator()
const look = (path: string, text: string) => validator.look({ path, text }, defaultSettings)
const hex = (seed: number, length: number): string => scramble(seed, length, '0123456789abcdef')
/** Put together here, so that no line of this file looks like a secret. */
const password = (seed: number): string => `${scramble(seed, 9)}${seed % 10}!${scramble(seed + 1, 3)}`

const real: readonly (readonly [string, string])[] = [
  ...planted.map((each) => [each.text, each.value] as const),
  ...[
    ['gh', 'o_', 36], ['gh', 's_', 36], ['gh', 'u_', 36], ['gl', 'dt-', 20], ['gl', 'rt-', 20], ['rk', '_live_', 24], ['lin', '_oauth_', 40], ['ntn', '_', 46], ['PM', 'AK-', 0], ['nv', 'api-', 64], ['r8', '_', 37], ['pplx', '-', 48], ['np', 'm_', 36], ['tskey', '-auth-', 32], ['dp.', 'pt.', 43], ['sb', '_secret_', 32], ['xox', 'p-', 40], ['xapp', '-1-', 40],
  ].flatMap(([a, b, n], at): [string, string][] => (n === 0 ? [] : [[`const client = connect("${a}${b}${scramble(200 + at, Number(n))}7")`, `${a}${b}${scramble(200 + at, Number(n))}7`]])),
  ...[
    (v: string) => `define('DB_PASSWORD', '${v}');`, (v: string) => `<add key="ApiPassword" value="${v}" />`, (v: string) => `  <password>${v}</password>`, (v: string) => `dataSource.setPassword("${v}");`, (v: string) => `curl -u admin:${v} https://api.internal/x`,
    (v: string) => `mongodb+srv://app:${v}@cluster0.internal/db`, (v: string) => `amqp://worker:${v}@mq.internal:5672/`, (v: string) => `password: ${v}`, (v: string) => `:password => "${v}"`, (v: string) => `jdbc:postgresql://db/app?user=app&password=${v}`, (v: string) => `spring.datasource.password=${v}`,
    (v: string) => `ENV DB_PASSWORD=${v}`, (v: string) => `$password = '${v}';`, (v: string) => `export MYSQL_PWD="${v}"`, (v: string) => `"passphrase": "${v}",`, (v: string) => `private const string Password = "${v}";`, (v: string) => `docker login --password ${v} registry.internal`,
  ].map((form, at): [string, string] => [form(password(300 + at)), password(300 + at)]),
  ...[
    (v: string) => `client_secret = "${v}"`, (v: string) => `AZURE_CLIENT_SECRET=${v}`, (v: string) => `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=${v}=`, (v: string) => `  api-key: "${v}"`, (v: string) => `const signingKey = '${v}'`, (v: string) => `headers: { "X-Api-Key": "${v}" }`, (v: string) => `_authToken=${v}`, (v: string) => `SECRET_KEY = '${v}'`,
  ].map((form, at): [string, string] => [form(scramble(400 + at, 40)), scramble(400 + at, 40)]),
]

const none: readonly string[] = [
  ...innocent.filter((text) => !text.includes('PUBLIC KEY')),
  'const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"', `sha = "${hex(1, 40)}"`, 'const color = "#ff00aa"', 'integrity="sha512-abc"', 'password = os.environ["DB_PASSWORD"]', 'const token = process.env.TOKEN', 'api_key: ${API_KEY}', 'password: "<your password>"', 'token = "changeme"', 'const secret = getSecret("name")',
  'export const passwordField = "password"', 'let accessToken: string | undefined', 'Authorization: Bearer <token>', 'url = "https://user@example.com/path"', 'const hash = createHash("sha256")', 'KEY=example-key-for-docs', 'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")', 'import { secretsmanager } from "aws"', 'passwordResetUrl = "/reset"',
  'const MAX_TOKENS = 4096', 'if (password.length < 12) throw new Error("too short")', 'assert.equal(token, expected)', '"version": "1.2.3-beta.4567"', 'const uuid = crypto.randomUUID()', 'fill="M10 10L20 20Z"', 'data:image/png;base64,iVBORw0KGgo=',
  `AK${'IA'}IOSFODNN7EXAMPLE`, `aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPx${'RfiCYEXAMPLE'}KEY`, `gh${'p_'}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`, `gh${'p_'}1234567890abcdefghijklmnopqrstuvwxyz`, `sk_${'live_'}XXXXXXXXXXXXXXXXXXXXXXXX`, `AI${'za'}SyExampleExampleExampleExampleExampl`, `sk-${'ant-'}...`, `xox${'b-'}your-token-here-please`,
  `${'ey'}JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${'ey'}JzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`,
  `DATABASE_URL=postgres://postgres:${'postgres'}@localhost:5432/app`, 'mysql://root:root@127.0.0.1/test', 'postgres://user:pass@host/db', 'redis://:password@localhost:6379', 'amqp://guest:guest@localhost', 'https://${USER}:${TOKEN}@git.internal/x.git', 'mongodb://<username>:<password>@host/db', 'postgres://app:%s@%s/app',
  'password: ${{ secrets.DB_PASSWORD }}', '  password: {{ .Values.db.password }}', 'PASSWORD=$(cat /run/secrets/db)', 'password = input("Password: ")', 'const password = await prompt("Password1:")', 'password: z.string().min(8)', "label: 'Password must have 8 characters'", '<input type="password" name="password1" />', `password=${'password'}123`, `password = "${'test'}1234"`, `password: '${'secret'}123'`, 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]',
  'auth_token_ttl = 3600', 'token_type: "bearer"', 'const tokenUrl = "https://auth.internal/oauth2/v2.0/token"', "secretName: 'my-app-tls-2024'", 'secretRef: { name: db-credentials-v2 }', 'apiKey: config.get("apiKey2")', `api_key=${'API_KEY'}_PLACEHOLDER_12345`, 'key: "user.profile.settings.title1"', 'accessKeyId: credentials.accessKeyId2', 'private_key_path = "/etc/ssl/private/server1.key"',
  `go.sum: golang.org/x/mod v0.1.0 h1:${scramble(2, 43)}=`, `resolved "https://registry.internal/a/-/a-1.0.0.tgz#${hex(3, 40)}"`, `commit: ${hex(4, 40)}`, `image: app@sha256:${hex(5, 64)}`, `ETag: "${hex(6, 32)}"`, `md5 = "${hex(7, 32)}"`, `checksum = "${hex(8, 64)}"`, `nonce="${hex(9, 8)}"`, `const digest = "${hex(10, 64)}"`, `uses: actions/checkout@${hex(11, 40)}`, `<path d="M${scramble(12, 10, '0123456789')}L10 20C30 40"/>`, `@font-face { src: url(data:font/woff2;base64,${scramble(13, 200)}) }`, `background: #${hex(14, 6)};`, `--color-primary: hsl(210 40% 98%);`,
  'test("token1 is refused", () => {})', 'describe("password reset v2", fn)', 'function verifyPassword(password, hash) {', 'return token === expectedToken1', 'CSRF_TOKEN_HEADER = "X-CSRF-Token"', 'SECRET_LENGTH_BYTES = 32', 'enum TokenKind { Ident = 1, Number = 2 }', 'setPassword(event.target.value)', 'ssh-keygen -t ed25519 -C "me@host1"', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + scramble(15, 40) + ' me@host', '-----BEGIN CERTIFICATE-----\n' + scramble(16, 64) + '\n-----END CERTIFICATE-----', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----', 'if text.startswith("-----BEGIN RSA PRIVATE KEY-----"):',
]

describe('secrets', () => {
  test(`${real.length} of them are found in code, each an error that seals the change`, async () => {
    assert.ok(real.length >= 60)
    for (const [text, value] of real) {
      const found = await look('src/config.ts', `// first\n${text}\n`)
      assert.ok(found.some((each) => each.severity === 'error' && each.quarantine === true && (each.line ?? 0) >= 2), `${text.slice(0, 30)}: ${JSON.stringify(found)}`)
      assert.ok(!JSON.stringify(found).includes(value.slice(6, 18)), `shown: ${text.slice(0, 20)}`)
      assert.ok(found.every((each) => (each.evidence?.length ?? 0) < 30))
    }
  })

  test(`${none.length} texts that only look a little like one are none`, async () => {
    assert.ok(none.length >= 80)
    for (const text of none) for (const path of ['src/config.ts', 'deploy/app.yaml']) assert.deepEqual(await look(path, text), [], `${path}: ${text}`)
  })

  test('what only its name gives away is told where tests and documents show things, and seals nothing', async () => {
    const text = `password = "${password(500)}"`
    for (const path of ['test/a.test.ts', 'docs/setup.md', 'config/.env.example', 'examples/a.py']) assert.deepEqual((await look(path, text)).map((each) => [each.severity, each.quarantine]), [['warning', undefined]], path)
    assert.deepEqual((await look('test/a.test.ts', planted[0]?.text ?? '')).map((each) => each.severity), ['error'], 'the form of a known kind is no chance')
  })

  test('a private key is one finding, in whatever lines it comes', async () => {
    const key = planted.find((each) => each.kind === 'private-key')
    assert.deepEqual((await look('a.key', key?.text ?? '')).map((each) => each.rule), ['secrets/private-key'])
  })

  test('lockfiles, minified code and pictures are not looked at', () => {
    for (const path of ['package-lock.json', 'a/yarn.lock', 'go.sum', 'dist/a.min.js', 'logo.svg', 'a.js.map']) assert.equal(validator.concerns(path), false, path)
    for (const path of ['src/a.ts', '.env', 'Dockerfile', 'a.lock.ts']) assert.equal(validator.concerns(path), true, path)
  })
})
