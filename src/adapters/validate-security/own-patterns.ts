import type { PatternRule } from '../../domain/validation/settings.ts'

/** Code that is wrong wherever it stands, with next to no false alarms: in the languages that ast-grep reads by itself. */
export const ownRules: readonly PatternRule[] = (['TypeScript', 'Tsx', 'JavaScript'] as const).flatMap((language): PatternRule[] => [
  {
    id: 'tls-off', language, severity: 'error', message: 'turns off the check of certificates, so that anybody in between can read and change what is sent: give the certificate as `ca` instead',
    rule: { any: [{ pattern: "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'" }, { pattern: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"' }, { pattern: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = 0' }, { pattern: "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = $A" }, { kind: 'pair', all: [{ has: { field: 'key', regex: '^["\']?rejectUnauthorized["\']?$' } }, { has: { field: 'value', regex: '^(false|0|!1)$' } }] }] },
  },
  {
    id: 'eval-of-request', language, severity: 'error', message: 'runs what a request brings as code: parse it, or look it up in a table',
    rule: { kind: 'call_expression', has: { field: 'function', regex: '^(eval|vm\\.runIn\\w+|(?:window|globalThis)\\.eval)$' }, all: [{ has: { field: 'arguments', regex: '^\\((?:.{0,200}[^\\w."\'])?(?:req|request|ctx\\.request|ctx\\.query|event)\\.(?:body|query|params|headers|cookies|queryStringParameters)\\b' } }] },
  },
  {
    id: 'function-of-request', language, severity: 'error', message: 'makes a function of what a request brings: parse it, or look it up in a table',
    rule: { kind: 'new_expression', has: { field: 'constructor', regex: '^Function$' }, all: [{ has: { field: 'arguments', regex: '\\b(?:req|request)\\.(?:body|query|params|headers|cookies)\\b' } }] },
  },
  {
    id: 'shell-of-request', language, severity: 'error', message: 'puts what a request brings into a shell command: use execFile with a list of words',
    rule: { kind: 'call_expression', has: { field: 'function', regex: '^(?:(?:child_process|cp|childProcess)\\.)?exec(?:Sync)?$' }, all: [{ has: { field: 'arguments', regex: '^\\(\\s*(?:`[^`]*\\$\\{[^}]*|["\'][^"\']*["\']\\s*\\+\\s*)\\b(?:req|request)\\.(?:body|query|params|headers)\\b' } }] },
  },
  {
    id: 'shell-of-template', language, severity: 'warning', message: 'puts values into a shell command, which a space or a quotation mark in them changes: use execFile with a list of words',
    rule: { kind: 'call_expression', has: { field: 'function', regex: '^(?:(?:child_process|cp|childProcess)\\.exec(?:Sync)?|execSync)$' }, all: [{ has: { field: 'arguments', regex: '^\\(\\s*`[^`]*\\$\\{' } }] },
  },
  {
    id: 'origin-of-request', language, severity: 'warning', message: 'lets every site read the answer with the cookies of whoever visits it: name the origins that may',
    rule: { kind: 'object', all: [{ has: { kind: 'pair', regex: '^["\']?origin["\']?\\s*:\\s*(?:true|["\']\\*["\'])$' } }, { has: { kind: 'pair', regex: '^["\']?credentials["\']?\\s*:\\s*true$' } }] },
  },
])

/** The same for languages without a grammar here: a line of code, comments and texts left aside. */
export interface LineRule {
  readonly id: string
  readonly endings: RegExp
  readonly pattern: RegExp
  readonly severity: 'error' | 'warning'
  readonly message: string
}

const tlsOff = 'turns off the check of certificates, so that anybody in between can read and change what is sent: give the certificate instead'
const shell = 'puts values into a shell command, which a space or a quotation mark in them changes: give a list of words, without a shell'
const evalOf = 'runs what a request brings as code: parse it, or look it up in a table'

export const lineRules: readonly LineRule[] = [
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.pyi?$/, pattern: /\b(?:requests|httpx|session|client)\.(?:get|post|put|patch|delete|head|request|Client|AsyncClient)\([^#\n]{0,300}\bverify\s*=\s*False\b|\bssl\._create_unverified_context\b|\bverify_mode\s*=\s*ssl\.CERT_NONE\b|\bcert_reqs\s*=\s*(?:ssl\.CERT_NONE|['"]CERT_NONE['"])/ },
  { id: 'shell-of-template', severity: 'warning', message: shell, endings: /\.py$/, pattern: /\bsubprocess\.(?:run|call|check_call|check_output|Popen|getoutput)\(\s*(?:f["'][^"'\n]{0,300}\{|["'][^"'\n]{0,300}["']\s*(?:%|\+|\.format\())[^\n]{0,300}\bshell\s*=\s*True\b|\bos\.(?:system|popen)\(\s*(?:f["'][^"'\n]{0,300}\{|["'][^"'\n]{0,300}["']\s*(?:%|\+|\.format\())/ },
  { id: 'eval-of-request', severity: 'error', message: evalOf, endings: /\.py$/, pattern: /\b(?:eval|exec)\(\s*(?:flask\.)?request\.(?:args|form|json|data|values|GET|POST|body|get_json|query_params)\b/ },
  { id: 'unpickle-of-request', severity: 'error', message: 'unpickles what a request brings, which runs code of whoever sent it: use JSON', endings: /\.py$/, pattern: /\b(?:c?pickle|dill|marshal)\.loads?\(\s*(?:flask\.)?request\./i },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.go$/, pattern: /\bInsecureSkipVerify\s*:\s*true\b|\.InsecureSkipVerify\s*=\s*true\b/ },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.rb$/, pattern: /\bverify_mode\s*=\s*OpenSSL::SSL::VERIFY_NONE\b|\bverify_ssl\s*[:=]>?\s*false\b/ },
  { id: 'eval-of-request', severity: 'error', message: evalOf, endings: /\.rb$/, pattern: /\b(?:eval|instance_eval|class_eval)[ (]\s*params\[/ },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.php$/, pattern: /CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>)\s*(?:false|0)\b/i },
  { id: 'eval-of-request', severity: 'error', message: evalOf, endings: /\.php$/, pattern: /\b(?:eval|assert|create_function|system|exec|shell_exec|passthru|unserialize)\s*\(\s*\$_(?:GET|POST|REQUEST|COOKIE)\b/ },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.cs$/, pattern: /ServerCertificate(?:Custom)?ValidationCallback\s*\+?=\s*(?:\([^)]{0,80}\)|delegate[^{]{0,80}\{?|_)\s*(?:=>\s*)?(?:\{?\s*return\s+)?true\b|DangerousAcceptAnyServerCertificateValidator/ },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.(?:java|kt|kts|scala)$/, pattern: /\bNoopHostnameVerifier\b|\bALLOW_ALL_HOSTNAME_VERIFIER\b|setHostnameVerifier\(\s*\([^)]{0,40}\)\s*->\s*true\s*\)/ },
  { id: 'tls-off', severity: 'error', message: tlsOff, endings: /\.rs$/, pattern: /\.danger_accept_invalid_(?:certs|hostnames)\(\s*true\s*\)/ },
]

/** Lines that are nothing but a comment. */
export const commentLine = /^\s*(?:\/\/|#(?!\[)|\*|\/\*|<!--|--\s)/
