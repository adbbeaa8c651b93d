import type { ActKind } from '../../protocol/command.ts'
import type { CodeLanguage, CodeLiteral } from './code-literals.ts'
import { findLiterals } from './code-literals.ts'

/** What a program in another language would do, as far as its text tells. */
export interface CodeReading {
  /** Commands that it would give to a shell. */
  readonly scripts: readonly string[]
  /** Programs that it would start by their words. */
  readonly starts: readonly (readonly string[])[]
  /** Why it cannot be told. */
  readonly unclear: string | undefined
  readonly kinds: readonly ActKind[]
  readonly hosts: readonly string[]
  readonly literals: readonly string[]
  readonly writes: boolean
}

interface LanguageSigns {
  /** A call that starts a process. What stands in its brackets has to be literal. */
  readonly starts: RegExp
  /** The process functions are there at all, under whatever name they are called. */
  readonly mentions: RegExp
  /** Ways of running text, or of calling something by a name made up on the way. */
  readonly dynamic: RegExp
  readonly network: RegExp
  readonly sends: RegExp
  readonly deletes: RegExp
}

const never = /(?!)/
const writing = /\bopen\s*\([^)]*,\s*(?:mode\s*=\s*)?["'][^"']*[wax+]|>{1,2}\s*["'$]|write|unlink|\bremove|rename|\brm|append|copy|truncate|put_contents|mkdir|chmod|symlink|File\.open|-[pni]+e?\b/i

const signs: Readonly<Record<CodeLanguage, LanguageSigns>> = {
  python: {
    starts: /\b(?:os\s*\.\s*(?:system|popen|exec[lv]\w*|spawn\w*|posix_spawn\w*)|subprocess\s*\.\s*(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|pty\s*\.\s*spawn)\s*\(/g,
    mentions: /\bos\s*\.\s*(?:system|popen|exec[lv]|spawn|posix_spawn|startfile)|\b(?:os|subprocess|pty)\b(?!\s*\.)|\bsubprocess\s*\.\s*(?!PIPE|DEVNULL|STDOUT|CalledProcessError|TimeoutExpired|CompletedProcess|SubprocessError)|\bpty\s*\.|\bcommands\s*\.|create_subprocess|\b(?:pexpect|plumbum|fabric|multiprocessing|posix|sh)\b\s*(?:\.|import|$)|\.\s*(?:os|posix|subprocess|builtins|sys)\b|(?:import|from)\s+(?:posix|nt|timeit|cProfile|profile|pdb|bdb|trace|doctest|code|codeop|imp|pkgutil|zipimport|pydoc|webbrowser|ctypes|_\w+)\b/m,
    dynamic: /\b(?:exec|eval|compile|__import__|getattr|setattr|globals|locals|vars|delattr)\s*\(|\b(?:exec|eval|compile|__import__|getattr)\b\s*(?!\s*\()[),;\n=]|\bimportlib\b|__builtins__|__dict__|__globals__|__subclasses__|__getattribute__|sys\s*\.\s*modules|\bcffi\b|\bmarshal\b|\bpickle\s*\.\s*loads?\b|\brunpy\b|\bbuiltins\b|operator\s*\.\s*(?:attrgetter|methodcaller)|\bimport\s*\(/,
    network: /\b(?:urllib|requests|httpx|aiohttp|socket|http\.client|smtplib|ftplib|telnetlib|paramiko|xmlrpc|websockets?|boto3|asyncio\.open_connection)\b/,
    sends: /\.(?:post|put|patch|delete|send|sendall|sendmail|upload\w*)\s*\(|\bdata\s*=|method\s*=\s*["']P/,
    deletes: /\b(?:rmtree|removedirs)\b/,
  },
  javascript: {
    starts: /\b(?:execSync|execFileSync|execFile|exec|spawnSync|spawn|fork)\s*\(|\b(?:Bun|Deno)\s*\.\s*(?:spawnSync|spawn|run|Command)\s*\(|new\s+Deno\s*\.\s*Command\s*\(|\bexeca\w*\s*\(/g,
    mentions: /\bDeno\s*\.\s*(?:Command|run)|\bBun\s*\.\s*(?:spawn|\$)|\bexeca\b|\bshelljs\b|\bzx\b|cross-spawn|node-pty|\b(?:node:)?(?:worker_threads|cluster|repl|inspector|module|vm)\b(?=["'\n]|$)/m,
    dynamic: /\beval\s*\(|\bFunction\s*\(|\bnew\s+Function\b|\brequire\s*\(\s*(?!["'][^"'\\]*["']\s*\))|\brequire\s*(?!\s*\(|\s*\.\s*(?:resolve|main|cache))[[.=;,)]|\bimport\s*\(\s*(?!["'][^"'\\]*["']\s*\))|\.binding\s*\(|process\s*\[|globalThis\s*\[|\bglobal\s*\[|\bthis\s*\[|\bconstructor\b|\bmainModule\b|createRequire|getBuiltinModule|\bReflect\b|\bvm\b|_load\b|setTimeout\s*\(\s*["'`]/,
    network: /\bfetch\s*\(|\b(?:node:)?(?:https?|net|tls|dgram|dns|http2)["']|\baxios\b|\bundici\b|\bgot\b\s*[.(]|WebSocket|XMLHttpRequest|nodemailer/,
    sends: /method\s*:\s*["'](?:POST|PUT|PATCH|DELETE)|\.(?:post|put|patch)\s*\(|\bbody\s*:|\.write\s*\(|sendMail/i,
    deletes: /\b(?:rimraf|rmdirSync|rmdir|rmSync|rm)\b/,
  },
  perl: {
    starts: /\b(?:system|exec)\b\s*\(?|\bqx\b|\bopen\b\s*\(?/g,
    mentions: /\bsystem\b|\bexec\b|\bqx\b|`|\bopen\b[^;]*["'][^"']*\||\bopen[23]\b|\bIPC\b|\bfork\b|\bsyscall\b|\bdo\s+["'$]/,
    dynamic: /\beval\b\s*(?!\{)|\brequire\s+\$|&\s*\{|&\s*\$|->\s*\$|\/e[egimosx]*\b|\bno\s+strict\b|\bpack\s*\(|\bCORE::|\*\{|\bsymbol/i,
    network: /\b(?:LWP|HTTP::|IO::Socket|Socket|Net::)/,
    sends: /->\s*(?:post|put|request|send)/,
    deletes: /\b(?:rmtree|remove_tree)\b/,
  },
  ruby: {
    starts: /\b(?:system|exec|spawn|IO\.popen|Open3\.\w+|Process\.spawn|Kernel\.(?:system|exec|spawn))\b\s*\(?/g,
    mentions: /\bsystem\b|\bexec\b|\bspawn\b|`|%x|\bpopen\b|\bOpen3\b|\bPTY\b|\bfork\b|\bopen\s*\(?\s*["']\|/,
    dynamic: /\b(?:eval|instance_eval|class_eval|module_eval|send|__send__|public_send|method|const_get|define_method|instance_method|binding)\b|\bload\b|\bFiddle\b|\bsyscall\b/,
    network: /\bNet::|open-uri|\bURI\.open|TCPSocket|UDPSocket|\bSocket\b|Faraday|HTTParty/,
    sends: /\.(?:post|put|patch|send_request|post_form)\b/,
    deletes: /\brm_rf?\b|\bremove_entry|\bremove_dir\b|rmtree/,
  },
  php: {
    starts: /\b(?:shell_exec|system|exec|passthru|popen|proc_open|pcntl_exec)\s*\(/g,
    mentions: /\b(?:shell_exec|system|exec|passthru|popen|proc_open|pcntl_exec)\b|`|\bmail\s*\(/,
    dynamic: /\b(?:eval|assert|create_function|call_user_func\w*|array_map|usort|array_walk|preg_replace_callback|ReflectionFunction|include|require|FFI)\b|\$\w+\s*\(|\$\$|\]\s*\(/,
    network: /\bcurl_|fsockopen|stream_socket|https?:\/\//,
    sends: /CURLOPT_POST|["']method["']\s*=>\s*["']P/,
    deletes: never,
  },
  lua: { starts: /\bos\.execute\s*\(?|\bio\.popen\s*\(?/g, mentions: /\bos\.execute|\bio\.popen/, dynamic: /\b(?:load|loadstring|dofile|require|_G|_ENV|rawget|debug)\b|\b(?:os|io)\s*\[/, network: /\bsocket\b/, sends: never, deletes: never },
  awk: { starts: /\bsystem\s*\(|\|\s*getline|\|&?\s*(?=["\w])/g, mentions: /\bsystem\b|\|(?!\|)/, dynamic: /@\w+\s*\(|@load|@include/, network: /\/inet/, sends: never, deletes: never },
}

export function readCode(code: string, language: CodeLanguage): CodeReading {
  const literals = findLiterals(code, language)
  const sign = signs[language]
  const bare = withoutLiterals(code, literals)
  const known = literals.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const kinds: ActKind[] = []
  const hosts = [...new Set(known.flatMap(hostsIn))]
  if (sign.network.test(code) || (hosts.length > 0 && /\b(?:get|open|fetch|request)/i.test(bare))) kinds.push('network')
  if (kinds.length > 0 && sign.sends.test(code)) kinds.push('upload')
  if (/smtplib|sendMail|nodemailer|\bmail\s*\(/.test(bare)) kinds.push('message')
  if (language === 'javascript' ? /\b(?:rimraf|rmdirSync|rmSync|rm|rmdir)\s*\(/.test(bare) : sign.deletes.test(bare)) kinds.push('recursive-delete')
  if (/os\s*\.\s*environ(?!\s*[.[])|process\s*\.\s*env(?!\s*[.[?])|%ENV|\bENV\.(?:to_h|each|inspect)|\$_ENV\b|getenv\(\)/.test(bare)) kinds.push('secret-read')
  const found = findStarts({ code, bare, literals, sign, language })
  const unclear = found.unclear ?? (sign.dynamic.test(language === 'python' ? bare : code) ? 'the program that an interpreter is given calls something by a name or text that is made up on the way' : undefined)
    ?? (sign.mentions.test(found.rest) || (language === 'javascript' && evadesJavascript(code, found.rest)) ? 'the program that an interpreter is given may start others in a way that is not understood' : undefined)
  return { scripts: found.scripts, starts: found.starts, unclear, kinds, hosts, literals: known, writes: writing.test(code) }
}

/** The code with every literal blanked, so that words in texts are not taken for calls. */
function withoutLiterals(code: string, literals: readonly CodeLiteral[]): string {
  let text = ''
  let at = 0
  for (const { from, to, isComment } of literals) {
    // Every character keeps its place; quotes stay visible.
    const inner = ' '.repeat(Math.max(0, to - from - 2))
    text += code.slice(at, from) + (isComment === true ? `  ${inner}` : code.charAt(from) + inner + code.charAt(from))
    at = to
  }
  return text + code.slice(at)
}

export function hostsIn(text: string): readonly string[] {
  return [...text.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@:]+(?::[^\s/@]*)?@)?(\[[0-9a-f:]+\]|[^\s/:?#'"]+)(:\d+)?/gi)].map((match) => `${match[1] ?? ''}${match[2] ?? ''}`)
}

interface StartScan {
  readonly code: string
  readonly bare: string
  readonly literals: readonly CodeLiteral[]
  readonly sign: LanguageSigns
  readonly language: CodeLanguage
}

function findStarts({ code, bare, literals, sign, language }: StartScan): { scripts: string[]; starts: string[][]; unclear: string | undefined; rest: string } {
  const scripts: string[] = []
  const starts: string[][] = []
  let rest = language === 'python' ? bare.replaceAll(/^[ \t]*import[ \t]+[\w, \t]+$|(?<=;)[ \t]*import[ \t]+[\w, \t]+(?=;|$)|^[ \t]*import[ \t]+[\w, \t]+(?=;)/gm, (found) => (/\bas\b|\b(?:posix|nt|timeit|cProfile|profile|pdb|bdb|trace|doctest|code|codeop|imp|pkgutil|zipimport|pydoc|webbrowser|ctypes)\b/.test(found) ? found : ' '.repeat(found.length))) : bare
  const consume = (from: number, length: number): void => { rest = rest.slice(0, from) + ' '.repeat(length) + rest.slice(from + length) }
  let unclear: string | undefined
  const refuse = (): void => { unclear ??= 'the program that an interpreter is given starts another whose words are not known' }
  if (language === 'javascript' && !namesProcesses(code, literals) && !sign.mentions.test(code)) return { scripts, starts, unclear, rest: '' }
  const isInside = (at: number): boolean => literals.some(({ from, to }) => at > from && at < to)
  for (const literal of literals) {
    if (literal.value?.includes('`') === true && (language === 'perl' || language === 'ruby' || language === 'php') && code.charAt(literal.from) !== '`') refuse()
    if (literal.isComment === true || code.charAt(literal.from) !== '`' || language === 'javascript' || language === 'python') continue
    consume(literal.from, 1)
    consume(literal.to - 1, 1)
    if (literal.value === undefined) refuse()
    else scripts.push(literal.value)
  }
  for (const match of code.matchAll(sign.starts)) {
    if (isInside(match.index)) {
      if (mayBeCode(match[0], code, language)) refuse()
      continue
    }
    if (match[0].startsWith('open')) {
      consume(match.index, match[0].length)
      if (/^[^;\n]*["'][^"'\n]*\|/.test(code.slice(match.index))) refuse()
      continue
    }
    consume(match.index, match[0].length)
    const words = readArguments(code, match.index + match[0].length, literals, language)
    if (match[0].startsWith('|') && language === 'awk' && words?.[0] === undefined) refuse()
    else if (words === undefined) refuse()
    else if (words.length === 1 && !/execFile|spawn|Popen\b.*\[|fork/.test(match[0])) scripts.push(words[0] ?? '')
    else if (words.length > 0) starts.push([...words])
    else refuse()
  }
  return { scripts, starts, unclear, rest }
}

/**
 * A quote within an expression such as `/"/` looks like the beginning of a text, and what follows like its content. Python has
 * no such expressions.
 */
function mayBeCode(call: string, code: string, language: CodeLanguage): boolean {
  if (language === 'python') return false
  return call.startsWith('|') ? /\/[^/\n]*"[^/\n]*\//.test(code) : true
}

/** Does it speak of the module that starts processes, in letters or in escapes? */
function namesProcesses(code: string, literals: readonly CodeLiteral[]): boolean {
  return /\bchild_process\b|\bexec\w*\s*\(\s*\$/.test(code) || literals.some(({ value }) => value === undefined ? false : /^(?:node:)?child_process$/.test(value))
}

const processCalls = 'execSync|execFileSync|execFile|exec|spawnSync|spawn|fork'

/** Is the module, or one of its functions, used under another name? `rest` is without the calls that were read. */
function evadesJavascript(code: string, rest: string): boolean {
  if (rest === '') return false
  const loading = String.raw`(?:require\s*\(\s*["'](?:node:)?child_process["']\s*\)|import\s*\(\s*["'](?:node:)?child_process["']\s*\))`
  let left = code.replaceAll(new RegExp(String.raw`(?:const|let|var)\s*\{\s*(?:(?:${processCalls})\s*,?\s*)+\}\s*=\s*(?:await\s+)?${loading}`, 'g'), '')
  left = left.replaceAll(new RegExp(String.raw`import\s*\{\s*(?:(?:${processCalls})\s*,?\s*)+\}\s*from\s*["'](?:node:)?child_process["']`, 'g'), '')
  const names = ['child_process']
  left = left.replaceAll(new RegExp(String.raw`(?:(?:const|let|var)\s+([\w$]+)\s*=\s*(?:await\s+)?${loading}(?!\s*[.[])|import\s+(?:\*\s+as\s+)?([\w$]+)\s+from\s*["'](?:node:)?child_process["'])`, 'g'), (_, one?: string, other?: string) => {
    names.push((one ?? other ?? '').replaceAll('$', String.raw`\$`))
    return ''
  })
  left = left.replaceAll(new RegExp(String.raw`${loading}\s*\.\s*(?:${processCalls})\s*\(`, 'g'), '')
  left = left.replaceAll(new RegExp(String.raw`(?<![\w$.])(?:${names.join('|')})\s*\.\s*(?:${processCalls})\s*\(`, 'g'), '')
  left = left.replaceAll(new RegExp(String.raw`(?<![\w$.])(?:${processCalls})\s*\(`, 'g'), '')
  return new RegExp(String.raw`(?<![\w$])(?:${names.join('|')})(?![\w$])`).test(left) || new RegExp(String.raw`(?<![\w$])(?:execSync|execFileSync|execFile|spawnSync|spawn)(?![\w$])`).test(left)
}

/** Literal words in the brackets of a call: `"a b"`, `["a", "b"]`, `"a", ["b"]`. Undefined where one is not literal. */
function readArguments(code: string, from: number, literals: readonly CodeLiteral[], language: CodeLanguage): readonly string[] | undefined {
  const words: string[] = []
  let at = from
  let depth = 0
  for (;;) {
    const gap = /^[\s,]*/.exec(code.slice(at))?.[0].length ?? 0
    at += gap
    const literal = literals.find((each) => each.from === at || (language === 'python' && each.from === at + 1 && /[rRbBuUfF]/.test(code.charAt(at))))
    const char = code.charAt(at)
    if (literal !== undefined) {
      if (literal.value === undefined) return undefined
      words.push(literal.value)
      at = literal.to
      // Put together with something else: not a literal.
      if (/^\s*(?:[+.%*]|["'`]|\|\|)/.test(code.slice(at, at + 20))) return undefined
    } else if (char === '[' || char === '(') {
      depth += 1
      at += 1
    } else if (char === ']' || char === ')') {
      if (depth === 0) return words
      depth -= 1
      at += 1
    } else if (char === '' || char === ';' || char === '}' || char === '\n') return words
    // Options come after the words: `shell=True`, `{ stdio: … }`, a callback.
    else if (words.length > 0 && depth === 0 && /^(?:\w+\s*=(?!=)|\{|\(|function|\w+\s*=>|async|if\b|or\b|and\b|\|\||&&|or\s)/.test(code.slice(at))) {
      return /^(?:args|executable|preexec_fn|input|env)\s*=|[{,\s](?:shell|input|env|argv0|args)\s*:/.test(code.slice(at, at + 200)) ? undefined : words
    } else return undefined
  }
}
