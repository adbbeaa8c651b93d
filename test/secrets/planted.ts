/**
 * Secrets of every kind that is looked for, none of which was ever valid. Put together here so that no line of this file looks
 * like one: `text` is how it stands in files and outputs, `value` the part that must not get out.
 */
export interface Planted {
  readonly kind: string
  readonly text: string
  readonly value: string
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const hexDigits = '0123456789abcdef'

/** Characters that look random and are the same in every run. */
export function scramble(seed: number, length: number, alphabet = letters): string {
  let state = seed * 7919 + 17
  let text = ''
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += alphabet[(state >>> 12) % alphabet.length]
  }
  return text
}

const hex = (seed: number, length: number): string => scramble(seed, length, hexDigits)
const alone = (kind: string, value: string): Planted => ({ kind, value, text: `the value is ${value} here` })
const within = (kind: string, before: string, value: string, after = ''): Planted => ({ kind, value, text: `${before}${value}${after}` })

const keyLines = [1, 2, 3].map((seed) => scramble(seed, 64))
const jwt = [`${'ey'}J${scramble(60, 30)}`, `${'ey'}J${scramble(61, 60)}`, scramble(62, 43)].join('.')

export const planted: readonly Planted[] = [
  alone('github-token', `gh${'p_'}${scramble(1, 36)}`),
  alone('github-token', `github_${'pat_'}${scramble(2, 22)}_${scramble(3, 59)}`),
  alone('gitlab-token', `gl${'pat-'}${scramble(4, 20)}`),
  alone('anthropic-key', `sk-${'ant-api03-'}${scramble(5, 80)}-AA`),
  alone('openai-key', `sk-${'proj-'}${scramble(6, 48)}`),
  alone('openai-key', `s${'k-'}${scramble(7, 48)}`),
  alone('openrouter-key', `sk-${'or-v1-'}${hex(8, 64)}`),
  alone('google-key', `AI${'za'}${scramble(9, 35)}`),
  alone('google-oauth', `GOC${'SPX-'}${scramble(10, 28)}`),
  alone('huggingface-token', `h${'f_'}${scramble(11, 34)}`),
  alone('groq-key', `gs${'k_'}${scramble(12, 52)}`),
  alone('xai-key', `xa${'i-'}${scramble(13, 80)}`),
  alone('aws-access-key', `AK${'IA'}${scramble(14, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`),
  within('token', 'aws_secret_access_key = ', scramble(15, 40)),
  within('token', 'DefaultEndpointsProtocol=https;AccountName=files;AccountKey=', `${scramble(16, 86)}==`, ';EndpointSuffix=core.example'),
  within('token', 'https://files.example.org/box?sv=2024-11-04&ss=b&sig=', `${scramble(17, 42)}%3D`),
  alone('digitalocean-token', `dop${'_v1_'}${hex(18, 64)}`),
  alone('vault-token', `hv${'s.'}${scramble(19, 90)}`),
  alone('npm-token', `np${'m_'}${scramble(20, 36)}`),
  alone('pypi-token', `pyp${'i-AgE'}${scramble(21, 150)}`),
  alone('docker-token', `dckr${'_pat_'}${scramble(22, 27)}`),
  alone('rubygems-key', `rubygem${'s_'}${hex(23, 48)}`),
  alone('slack-token', `xox${'b-'}${scramble(24, 12, '0123456789')}-${scramble(25, 24)}`),
  within('slack-webhook', 'https://', `hooks.slack${'.com/services/'}T${scramble(26, 8)}/B${scramble(27, 8)}/${scramble(28, 24)}`),
  within('discord-webhook', 'https://', `discord${'.com/api/webhooks/'}${scramble(29, 18, '123456789')}/${scramble(30, 68)}`),
  alone('telegram-token', `${scramble(31, 10, '123456789')}:A${'A'}${scramble(32, 33)}`),
  alone('sendgrid-key', `S${'G.'}${scramble(33, 22)}.${scramble(34, 43)}`),
  alone('mailgun-key', `ke${'y-'}${hex(35, 32)}`),
  alone('twilio-key', `S${'K'}${hex(36, 32)}`),
  alone('stripe-key', `sk_${'live_'}${scramble(37, 24)}`),
  alone('stripe-key', `whse${'c_'}${scramble(38, 32)}`),
  alone('square-token', `sq0${'atp-'}${scramble(39, 22)}`),
  alone('shopify-token', `shpa${'t_'}${hex(40, 32)}`),
  alone('linear-key', `lin${'_api_'}${scramble(41, 40)}`),
  alone('grafana-token', `gls${'a_'}${scramble(42, 32)}_${hex(43, 8)}`),
  alone('age-key', `AGE-${'SECRET-KEY-1'}${scramble(44, 58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`),
  within('jwt', 'cookie: session=', jwt, '; path=/'),
  within('token', 'Authorization: Bearer ', scramble(45, 40)),
  within('token', 'Authorization: Basic ', `${scramble(46, 30)}==`),
  within('password', 'DATABASE_URL=postgres://app:', `${scramble(47, 12)}!9`, '@db.example.org:5432/app'),
  within('password', 'DB_PASSWORD=', 'Tr0ub4dor&3xyz'),
  within('password', 'const options = { password: "', 'c0rrect-Horse7', '" }'),
  within('password', 'Server=db;User Id=sa;Password=', 'Yukon900!pq', ';'),
  within('token', '{"client_secret": "', scramble(48, 32), '"}'),
  within('token', '{\\"apiKey\\": \\"', scramble(49, 32), '\\"}'),
  within('token', 'api_key: ', hex(50, 32)),
  within('token', 'curl --token ', scramble(51, 32), ' https://example.org'),
  within('private-key', `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${keyLines[0]}\n${keyLines[1]}\n`, keyLines[2] ?? '', `\nab12Cd==\n-----END RSA ${'PRIVATE'} KEY-----`),
  within('private-key', `{"private_key": "-----BEGIN ${'PRIVATE'} KEY-----\\n`, keyLines.join('\\n'), `\\n-----END ${'PRIVATE'} KEY-----\\n"}`),
]

/** Texts that look like secrets to a hasty eye: each must pass untouched. */
export const innocent: readonly string[] = [
  `commit ${hex(70, 40)}`,
  `tree ${hex(71, 64)}`,
  `sha256:${hex(72, 64)}`,
  `"integrity": "sha512-${scramble(73, 86)}==",`,
  `pkg==1.0 --hash=sha256:${hex(74, 64)}`,
  `example.org/mod v1.2.3 h1:${scramble(75, 43)}=`,
  `id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301`,
  `token: 3f2504e0-4f89-41d3-9a0c-0305e82c3301`,
  `<img src="data:image/png;base64,iVBORw0KGgo${scramble(76, 400)}">`,
  'run_0123456789abcdef passed, call_AbCdEfGhIjKl1234567890',
  'const token = lexer.nextToken2(input1)',
  'this.accessToken = response.data.access_token',
  'password: string',
  'token?: CancellationToken',
  'if (password !== user.password2) throw new Error("wrong password")',
  'export const apiKey = process.env.API_KEY2 ?? ""',
  'PASSWORD=${DB_PASSWORD_2}',
  'api_key: <your-api-key-1234567890>',
  'token: your_token_here_1234567890',
  'test("a token with 16 characters is refused", () => {})',
  'https://user:password@example.org/path',
  'http://localhost:8080/a@b',
  'git@github.com:owner/project.git',
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0123456789abcdefghij\n-----END PUBLIC KEY-----',
  'sk-learn-model-selection-and-evaluation',
  'function a(e,t){var n=e.token,r=t.secret;return n===r?1:e.password.length>8}',
]
