import type { ActKind } from '../../protocol/command.ts'
import { isKnown, type Word } from './words.ts'

/** What the code of an interpreter starts, as far as its text tells. */
export interface Code {
  readonly shell: readonly string[]
  readonly argv: readonly (readonly Word[])[]
  readonly kinds: readonly ActKind[]
  readonly unknown: readonly string[]
}

type Language = 'python' | 'javascript' | 'perl' | 'ruby' | 'php' | 'awk' | 'lua'

interface Interpreter {
  readonly language: Language
  /** Options whose next word is code. */
  readonly flags: RegExp
}

const interpreters: readonly (readonly [RegExp, Interpreter])[] = [
  [/^(python|pypy)\d*(\.\d+)?$/, { language: 'python', flags: /^-\w*c$/ }],
  [/^(node|nodejs|bun|deno|tsx|ts-node)$/, { language: 'javascript', flags: /^(-\w*[ep]|--eval|--print|eval)$/ }],
  [/^perl$/, { language: 'perl', flags: /^-\w*[eE]$/ }],
  [/^ruby$/, { language: 'ruby', flags: /^-\w*e$/ }],
  [/^php\d*$/, { language: 'php', flags: /^(-r|--run|-B|-R|-E)$/ }],
  [/^lua\d*(\.\d+)?$/, { language: 'lua', flags: /^-e$/ }],
]

/** Calls that start a process with a text for the shell, or with words. The argument is what the parentheses hold. */
const starts: Readonly<Record<Language, RegExp>> = {
  python: /\b(?:os\.(?:system|popen|spawn\w*|exec\w*|posix_spawnp?)|subprocess\.\w+|commands\.getoutput|pty\.spawn|Popen|check_output|check_call|getoutput|getstatusoutput|run(?=\s*\(\s*[[frb]?['"[])|create_subprocess_(?:shell|exec)|(?<![\w.])system|(?<![\w.])popen)\s*\(/g,
  javascript: /(?<![\w$])(?:(?:\w+\.)*(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork)|Deno\.(?:run|Command)|Bun\.(?:spawn|spawnSync|\$))\s*\(/g,
  perl: /\b(?:system|exec|popen|open)\b\s*\(?/g,
  ruby: /\b(?:system|exec|spawn|popen|IO\.popen|Open3\.\w+|Kernel\.\w+)\b\s*\(?/g,
  php: /\b(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(/g,
  awk: /\bsystem\s*\(|\|\s*getline|\|&|print[^|{};\n]*\|/g,
  lua: /\b(?:os\.execute|io\.popen)\s*\(/g,
}
/** Ways to run code that is not in the text. */
const dynamic: Readonly<Record<Language, RegExp>> = {
  python: /(?<![\w.])(?:exec|eval|compile|__import__)\s*\(|importlib|getattr\s*\(\s*(?:os|subprocess|__builtins__|sys)|\bmarshal\b|codecs\.decode|b64decode|fromhex|ctypes|runpy|\b__builtins__\b/,
  javascript: /(?<![\w$.])(?:eval|Function)\s*\(|new\s+Function|vm\.\w+\(|process\.binding|\bconstructor\s*\(|atob\s*\(|Buffer\.from\([^)]*(?:base64|hex)|require\s*\(\s*(?!['"`][\w@/.:-]+['"`]\s*\))[^)]|import\s*\(\s*(?!['"`])|process\.mainModule/,
  perl: /\beval\b|\bpack\s*\(|MIME::Base64|\bqx\b(?!\s*[({[/!'"|])|\bdo\s+['"$]/,
  ruby: /\b(?:eval|instance_eval|class_eval|send|public_send|__send__)\b|\bunpack|Base64/,
  php: /\b(?:eval|assert|create_function|call_user_func\w*|base64_decode|preg_replace_callback)\s*\(/,
  awk: /\x00/,
  lua: /\b(?:load|loadstring|dofile)\s*\(/,
}
const network: Readonly<Record<Language, RegExp>> = {
  python: /\b(?:requests\.|urllib|http\.client|socket\.|aiohttp|httpx|ftplib|smtplib|paramiko|telnetlib|websockets?)\b/,
  javascript: /(?<![\w$.])fetch\s*\(|\b(?:https?|net|tls|dgram|dns|http2)['"]|axios|XMLHttpRequest|WebSocket|undici/,
  perl: /LWP|IO::Socket|HTTP::|Net::/, ruby: /Net::|open-uri|TCPSocket|Socket|Faraday|URI\.open/, php: /curl_|fsockopen|file_get_contents\s*\(\s*['"]https?:/, awk: /\/inet\//, lua: /socket/,
}
const deletes = /\b(?:shutil\.rmtree|rmtree|fs\.(?:rmSync|rm|rmdirSync)|rimraf|FileUtils\.rm_r\w*|remove_tree|Deno\.remove)\b/

/**
 * Undefined for a program that is no interpreter, or runs a file of its own language (an ordinary program of the repository).
 * `stdin` is code where the interpreter reads it: after `-`, or without any file.
 */
export function readCode(name: string, rest: readonly Word[], stdin: Word | undefined | null): Code | undefined {
  if (/^(g|m|n)?awk$/.test(name)) return readText('awk', rest.find((word, n) => !word.startsWith('-') && !/^-[fFv]$/.test(rest[n - 1] ?? '')) ?? '')
  if (name === 'sed') return readSed(rest)
  const interpreter = interpreters.find(([program]) => program.test(name))?.[1]
  if (!interpreter) return undefined
  const at = rest.findIndex((word) => interpreter.flags.test(word) || /^--eval=/.test(word))
  if (at >= 0) return readText(interpreter.language, (rest[at] ?? '').startsWith('--eval=') ? (rest[at] ?? '').slice(7) : (rest[at + 1] ?? ''))
  const file = rest.find((word) => !word.startsWith('-'))
  if (rest.includes('-m') || (file !== undefined && file !== '-')) return undefined
  if (stdin === null || rest.some((word) => /^(-V|-v|--version|-h|--help)$/.test(word))) return undefined
  if (stdin === undefined || !isKnown(stdin)) return { shell: [], argv: [], kinds: [], unknown: [`${name} would run what it reads, and that is not known before`] }
  return readText(interpreter.language, stdin)
}

function readSed(rest: readonly Word[]): Code | undefined {
  const scripts = rest.filter((word, n) => rest[n - 1] === '-e' || rest[n - 1] === '--expression' || (!word.startsWith('-') && !rest.includes('-e') && n === rest.findIndex((each) => !each.startsWith('-'))))
  const run = scripts.flatMap((script) => [...script.matchAll(/(?:^|[;{\n}]|\d|\/)\s*e\s+([^\n]+)/g)].map((match) => match[1] ?? ''))
  const flagged = scripts.some((script) => /^s(.)(?:(?!\1).)*\1(?:(?!\1).)*\1[gIi0-9]*e/.test(script))
  return run.length === 0 && !flagged ? undefined : { shell: run, argv: [], kinds: [], unknown: flagged ? ['sed would run what it made'] : [] }
}

function readText(language: Language, text: string): Code {
  const shell: string[] = []
  const argv: Word[][] = []
  const unknown: string[] = []
  if (!isKnown(text)) unknown.push('a part of the code is not known before it runs')
  const code = text.slice(0, 100_000)
  for (const match of code.matchAll(starts[language])) {
    const found = literalAfter(code, (match.index ?? 0) + match[0].length, language)
    if (found === undefined) {
      if (!isHarmless(language, code, match)) unknown.push('the code starts a program that is not known before it runs')
    } else if (typeof found === 'string') shell.push(found)
    else argv.push(found)
  }
  if (language === 'perl' || language === 'ruby') {
    for (const match of code.matchAll(/`([^`]*)`|\b(?:qx|%x)\s*(?:\{([^}]*)\}|\(([^)]*)\)|\[([^\]]*)\]|\/([^/]*)\/|!([^!]*)!|'([^']*)')/g)) shell.push(match.slice(1).find((each) => each !== undefined) ?? '')
  }
  if (language === 'php') for (const match of code.matchAll(/`([^`]*)`/g)) shell.push(match[1] ?? '')
  if (language === 'javascript') for (const match of code.matchAll(/\$`([^`]*)`/g)) shell.push(match[1] ?? '')
  if (dynamic[language].test(code)) unknown.push('the code makes other code and runs it')
  const kinds: ActKind[] = [...(network[language].test(code) ? (['network'] as const) : []), ...(deletes.test(code) ? (['recursive-delete'] as const) : [])]
  if (/\.env\b|\.ssh\/|\.aws\/|\.netrc|id_rsa|\/proc\/(self|\d+)\/environ/.test(code)) kinds.push('secret-read')
  return { shell, argv, kinds, unknown: [...new Set(unknown)] }
}

/** A regular expression's `exec`, an `open` of a plain file, a `print >` and the like start nothing. */
function isHarmless(language: Language, code: string, match: RegExpMatchArray): boolean {
  const [name] = match
  if (language === 'javascript' && /(?:^|\.)exec\s*\($/.test(name)) return !/child_process/.test(code)
  if (language === 'javascript') return !/child_process|Deno|Bun|execa|cross-spawn|zx/.test(code)
  if (language === 'python' && /^run\b|^Popen|^check_|^system|^popen|^getoutput/.test(name)) return !/subprocess|\bos\b|commands/.test(code)
  if (language === 'perl') return /^open/.test(name) && !/open\b[^;]*(\||'-\||"-\|)/.test(code.slice(match.index ?? 0))
  if (language === 'ruby') return /^Kernel\.(?!system|exec|spawn)/.test(name)
  if (language === 'awk') return /print/.test(name) && /print[^|]*\|\|/.test(code.slice(match.index ?? 0, (match.index ?? 0) + 200))
  return false
}

/** The literal that a call is given: a text, or a list of texts. Undefined where it is neither. */
function literalAfter(code: string, at: number, language: Language): string | Word[] | undefined {
  const rest = code.slice(at, at + 10_000)
  if (language === 'awk') return /^\s*"((?:[^"\\]|\\.)*)"\s*\)/.exec(rest)?.[1] ?? /"((?:[^"\\]|\\.)*)"\s*[;}\n]?\s*$/.exec(rest.split(/[;}\n]/)[0] ?? '')?.[1]
  const list = /^\s*(?:args\s*=\s*|cmd\s*=\s*)?\[([^\]]*)\]/.exec(rest)
  if (list) return toList(list[1] ?? '')
  const first = /^\s*(?:args\s*=\s*|cmd\s*=\s*|os\.P_\w+\s*,\s*)?([frbuRBFU]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)\s*(.)/.exec(rest)
  if (!first) return undefined
  const [, prefix = '', quoted = '', after = ''] = first
  // Joined with something else, or filled in: not a literal.
  if (/[+%.]/.test(after) || /f/i.test(prefix) && /\{/.test(quoted) || quoted.startsWith('`') && quoted.includes('${') || (language === 'perl' || language === 'ruby' || language === 'php') && quoted.startsWith('"') && /[$@]\w|#\{/.test(quoted)) return undefined
  const text = unquote(quoted)
  const more = rest.slice(first[0].length - 1)
  const array = /^,\s*\[([^\]]*)\]/.exec(more)
  if (array) {
    const words = toList(array[1] ?? '')
    return words === undefined ? undefined : [text, ...words]
  }
  if (after === ',' && /^,\s*['"]/.test(more)) {
    const words = toList(more.slice(1).split(/\)|;|\n/)[0] ?? '')
    if (words !== undefined && !/exec[lv]?p?e?\s*\($/.test(code.slice(0, at))) return [text, ...words]
    return words === undefined ? undefined : words.length > 0 ? [text, ...words.slice(1)] : text
  }
  return text
}

function toList(inner: string): Word[] | undefined {
  const items = inner.match(/[frbu]?'(?:[^'\\]|\\.)*'|[frbu]?"(?:[^"\\]|\\.)*"|[^,\s][^,]*/g) ?? []
  const words = items.map((item) => (/^['"]/.test(item.trim()) ? unquote(item.trim()) : undefined))
  return words[0] === undefined ? undefined : words.map((word) => word ?? '\u0000')
}

function unquote(text: string): string {
  const inner = /^("""|''')/.test(text) ? text.slice(3, -3) : text.slice(1, -1)
  return inner.replaceAll(/\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[\s\S])/g, (_, code: string) => {
    if (/^[xu]./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return ({ n: '\n', t: '\t', r: '\r', '0': '\0' } as Readonly<Record<string, string>>)[code] ?? code
  })
}
