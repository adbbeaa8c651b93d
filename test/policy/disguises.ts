import fc from 'fast-check'

/**
 * Ways to write a command so that it does not look like itself. Each takes a command line that a shell understands and gives
 * another one that does the same. `inner` is never changed in meaning, only hidden.
 */
export type Disguise = (inner: string, random: (most: number) => number) => string

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
const double = (text: string): string => `"${text.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"`
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')
const octal = (text: string): string => [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
const rot13 = (text: string): string => text.replaceAll(/[a-z]/gi, (c) => String.fromCharCode((c <= 'Z' ? 90 : 122) >= c.charCodeAt(0) + 13 ? c.charCodeAt(0) + 13 : c.charCodeAt(0) - 13))
const isPlain = (text: string): boolean => /^[\w ./:@=+,-]+$/.test(text)
const words = (text: string): string[] => text.split(' ')
const simple = (text: string, how: (text: string) => string): string => (isPlain(text) ? how(text) : text)
const split = (word: string, at: number): [string, string] => [word.slice(0, at), word.slice(at)]

export const disguises: Readonly<Record<string, Disguise>> = {
  'quotes inside the name': (c, random) => simple(c, (text) => { const [head = '', ...rest] = words(text); const [a, b] = split(head, 1 + random(Math.max(1, head.length - 1))); return [`${a}""${b}`, ...rest].join(' ') }),
  'backslashes': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return [`\\${head}`, ...rest].join(' ') }),
  'every word quoted': (c) => simple(c, (text) => words(text).map(quote).join(' ')),
  'ansi quotes': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return [`$'${[...Buffer.from(head)].map((byte) => `\\x${byte.toString(16)}`).join('')}'`, ...rest].join(' ') }),
  'a variable for the program': (c, random) => simple(c, (text) => { const [head = '', ...rest] = words(text); const name = `v${random(9)}`; return `${name}=${head}; $${name} ${rest.join(' ')}` }),
  'a variable for all': (c, random) => simple(c, (text) => `w${random(9)}=${quote(text)}; eval "$w${0}"`.replace('$w0', `$w${random(1)}`).replace(/w\d=/, 'w0=')),
  'two halves in variables': (c, random) => simple(c, (text) => { const [head = '', ...rest] = words(text); const [a, b] = split(head, 1 + random(Math.max(1, head.length - 1))); return `a=${a}; b=${b}; "$a$b" ${rest.join(' ')}` }),
  'a default of an unset variable': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return `unset nothing_here; \${nothing_here:-${head}} ${rest.join(' ')}` }),
  'a prefix taken off': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return `p=xyz${head}; \${p#xyz} ${rest.join(' ')}` }),
  'an array': (c) => simple(c, (text) => `arr=(${text}); "\${arr[@]}"`),
  'brace expansion': (c) => simple(c, (text) => (words(text).length > 1 && !text.includes(',') ? `command {${words(text).join(',')}}` : text)),
  'bash -c': (c) => `bash -c ${quote(c)}`,
  'sh -c in double quotes': (c) => `sh -c ${double(c)}`,
  'eval': (c) => `eval ${quote(c)}`,
  'a pipe into sh': (c) => `echo ${quote(c)} | bash`,
  'printf into sh': (c) => `printf '%s' ${quote(c)} | bash`,
  'octal escapes': (c) => `printf ${quote(octal(c))} | bash`,
  'base64': (c) => `echo ${base64(c)} | base64 -d | bash`,
  'base64 in a substitution': (c) => `eval "$(echo ${base64(c)} | base64 --decode)"`,
  'hexadecimal': (c) => `echo ${hex(c)} | xxd -r -p | bash`,
  'reversed': (c) => simple(c, (text) => `echo ${quote([...text].reverse().join(''))} | rev | bash`),
  'rot13': (c) => simple(c, (text) => `echo ${quote(rot13(text))} | tr 'A-Za-z' 'N-ZA-Mn-za-m' | bash`),
  'a here-document': (c, random) => `bash <<'E${random(999)}E'\n${c}\nE`.replace(/<<'(E\d+E)'([\s\S]*)\nE$/, "<<'$1'$2\n$1"),
  'a here-string': (c) => `bash <<< ${quote(c)}`,
  'a script written first': (c, random) => { const name = `/tmp/hidden-${random(99)}.sh`; return `printf '%s\\n' ${quote(c)} > ${name}; bash ${name}` },
  'a sourced script': (c, random) => { const name = `/tmp/sourced-${random(99)}.sh`; return `echo ${quote(c)} > ${name} && . ${name}` },
  'process substitution': (c) => `bash <(echo ${quote(c)})`,
  'command substitution of the name': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return `$(echo ${head}) ${rest.join(' ')}` }),
  'backticks': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return `\`printf ${head}\` ${rest.join(' ')}` }),
  'a function': (c, random) => `f${random(9)}() { ${c}\n}; f0() { :; }; `.replace(/f\d\(\) \{ /, 'g() { ') + 'g',
  'a function with its arguments': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return `h() { ${head} "$@"; }; h ${rest.join(' ')}` }),
  'an alias': (c) => simple(c, (text) => `shopt -s expand_aliases\nalias zz=${quote(text)}\nzz`),
  'env': (c) => simple(c, (text) => `env A=1 B=2 ${text}`),
  'env -S': (c) => simple(c, (text) => `env -S ${quote(text)}`),
  'wrappers': (c, random) => simple(c, (text) => `${['nohup', 'timeout 20', 'nice -n 5', 'setsid -w', 'stdbuf -o0', 'command', 'time'][random(7)] ?? ''} ${text}`),
  'exec in a subshell': (c) => simple(c, (text) => `(exec ${text})`),
  'xargs': (c) => simple(c, (text) => { const all = words(text); const last = all.pop() ?? ''; return all.length === 0 ? text : `echo ${last} | xargs ${all.join(' ')}` }),
  'xargs into sh -c': (c) => `echo x | xargs -I{} sh -c ${quote(c)}`,
  'find -exec': (c) => simple(c, (text) => `find . -maxdepth 0 -exec ${text} \\;`),
  'find -exec sh': (c) => `find . -maxdepth 0 -exec sh -c ${quote(c)} \\;`,
  'a condition': (c) => `if true; then ${c}\nfi`,
  'a loop': (c) => `for i in 1; do ${c}\ndone`,
  'while': (c) => `while :; do ${c}\nbreak; done`,
  'case': (c) => `case x in x) ${c}\n;; esac`,
  'after a failure': (c) => `false || { ${c}\n}`,
  'a subshell in a pipe': (c) => `(${c}\n) | cat`,
  'in the background': (c) => `{ ${c}\n} & wait`,
  'a trap': (c) => `bash -c ${quote(`trap ${quote(c)} EXIT; true`)}`,
  'python os.system': (c) => `python3 -c ${quote(`import os; os.system(${JSON.stringify(c)})`)}`,
  'python subprocess': (c) => simple(c, (text) => `python3 -c ${quote(`import subprocess; subprocess.run([${words(text).map((word) => JSON.stringify(word)).join(', ')}])`)}`),
  'python from a here-document': (c) => `python3 - <<'PYEND'\nimport os\nos.system(${JSON.stringify(c)})\nPYEND`,
  'node execSync': (c) => `node -e ${quote(`require('child_process').execSync(${JSON.stringify(c)}, { stdio: 'inherit' })`)}`,
  'perl system': (c) => simple(c, (text) => `perl -e ${quote(`system("${text.replaceAll('@', '\\@')}")`)}`),
  'awk system': (c) => simple(c, (text) => `awk ${quote(`BEGIN { system("${text}") }`)}`),
  'a path to the program': (c) => simple(c, (text) => { const [head = '', ...rest] = words(text); return head.includes('/') ? text : [`"$(command -v ${head})"`, ...rest].join(' ') }),
  'a line continuation': (c) => simple(c, (text) => words(text).join(' \\\n  ')),
  'something before it': (c) => `cd . && true; ${c}`,
  'a redirection before it': (c) => simple(c, (text) => `2>&1 ${text}`),
  'arithmetic beside it': (c) => `: $((1+2)); ${c}`,
}

const names = Object.keys(disguises)

/** A forbidden command under one to four disguises. Seeded by fast-check: the same run gives the same variants. */
export function disguised(commands: readonly string[]): fc.Arbitrary<{ readonly base: string; readonly layers: readonly string[]; readonly text: string }> {
  return fc.record({ base: fc.constantFrom(...commands), layers: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), numbers: fc.array(fc.nat(1_000_000), { minLength: 12, maxLength: 12 }) }).map(({ base, layers, numbers }) => {
    let at = 0
    const random = (most: number): number => (numbers[at++ % numbers.length] ?? 0) % Math.max(1, most)
    return { base, layers, text: layers.reduce((text, layer) => (disguises[layer] as Disguise)(text, random), base) }
  })
}
