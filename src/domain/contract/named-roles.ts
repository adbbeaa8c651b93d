import { folderOf, lastPart } from './test-places.ts'

/**
 * What part a file plays in a shell line that names it. Only what judges is pinned: a script of a check-like name or place,
 * a runner's configuration, what is compared with. The program that a check tries out is the work itself.
 */
export interface Reading {
  readonly word: string
  /** It follows an option that takes a file by which a tool is steered: `-c x`, `--require=x`. */
  readonly steers: boolean
  /** It is what an interpreter was given to run: `node x.mjs`, `sh x`, `python3 -m x`. */
  readonly interpreted: boolean
  /** A `-m` module: dots are folders. */
  readonly module: boolean
  /** It is given to a test runner, which runs it. */
  readonly isTest: boolean
  /** What it prints is looked at by the next command, which judges it: `x | grep y`. */
  readonly lookedAt: boolean
}

/** What these are given is looked at, so it is the work and not the judge: `grep -q Hello greeting.txt`. */
const lookers = new Set(['grep', 'egrep', 'fgrep', 'rg', 'test', '[', '[[', 'cat', 'head', 'tail', 'wc', 'ls', 'stat', 'file', 'jq', 'yq', 'awk', 'sed', 'cut', 'sort', 'find', 'tr'])
const shells = /^(ba|z|da|k)?sh$/
const interpreters = /^((ba|z|da|k)?sh|source|\.|node|bun|deno|tsx|ts-node|python(\d[\d.]*)?|ruby|perl|php)$/
const wrappers = new Set(['env', 'time', 'timeout', 'sudo', 'exec', 'nice', 'npx', 'bunx', 'cross-env', 'xvfb-run', 'command', 'uv', 'poetry', 'pipenv', 'run', 'then', 'do', 'if', 'while', 'else'])
const testRunners = /^(pytest|py\.test|jest|vitest|mocha|_mocha|ava|tap|tape|bats|phpunit|rspec|prove|nose2?|cypress|playwright|ctest|shellspec|roundup)$/
const steering = /^(-c|-r|-p|-f|--(config|conf|cfg|require|import|loader|experimental-loader|setup|setup-file|project|rcfile|rc|file|makefile|env-file|plugin|preset|rules?|policy|ignore-path|expected|golden))$/

const judgeFolder = /(^|\/)(\.github|\.circleci|\.buildkite|\.husky|scripts?|tools?|tooling|hack|build-aux)\//
const judgeFile = /^(GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|Taskfile\.ya?ml|Rakefile|noxfile\.py|gulpfile\..*|Gruntfile\..*|SConstruct)$|\.mk$/
const judgeWords =
  'tests?|testing|check(s|ers?|ing)?|verif(y|ier|ication)|validat(e|es|ors?|ion)|ci|lint(er)?|runner|suites?|specs?|qa|bench|assert(s|ions?)?|smoke|e2e|harness|accept(ance)?|judge|grader?|prove|' +
  'expect(s|ed|ation|ations)?|want(ed)?|golden|reference|baseline|approved|correct'
const judgeName = new RegExp(`(^|[-_. ])(${judgeWords})\\d*([-_. ]|$)`, 'i')
/** These start checks as often as they are the work: what they print being looked at decides. */
const eitherName = /(^|[-_. ])(run|all|build|setup|make)\d*([-_. ]|$)/i

/** Does its name or its place say that it checks, starts or is compared with, and is not what is tried out? */
export function isJudgeLike(path: string): boolean {
  return judgeFolder.test(`${folderOf(path)}/`) || judgeFile.test(lastPart(path)) || path.split('/').some((part) => judgeName.test(part))
}

/** Must a file that a line names in this way stay as it is? `asScript`: the line is a package script that a check runs by its name. */
export function isJudge(path: string, reading: Reading, asScript: boolean): boolean {
  return isJudgeLike(path) || reading.steers || reading.isTest || (!reading.lookedAt && ((asScript && reading.interpreted) || eitherName.test(lastPart(path))))
}

interface Segment {
  readonly words: readonly string[]
  readonly pipedInto: string | undefined
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s"'`(){},[\]]+/).filter((word) => word.length > 0 && word.length < 300)
}

/** Commands of a line, with what each is piped into. Quotes and substitutions are read as if they were not there. */
function toSegments(text: string): readonly Segment[] {
  // `2>&1` and its like join nothing.
  const parts = text.replaceAll(/\d*[<>]&\d?|&>/g, ' ').split(/(&&|\|\||[;|&\n]|\$\()/)
  return parts.flatMap((part, n) => (n % 2 === 1 ? [] : [{ words: wordsOf(part), pipedInto: parts[n + 1] === '|' ? wordsOf(parts[n + 2] ?? '')[0] : undefined }]))
}

/** The program of a command and where it stands, past assignments, wrappers and their options. */
function findProgram(words: readonly string[]): number {
  let at = 0
  for (;;) {
    const word = words[at] ?? ''
    if (word === '!' || /^[A-Za-z_]\w*=/.test(word) || wrappers.has(word)) at += 1
    else if (at > 0 && (/^-/.test(word) || /^[\d.]+[smh]?$/.test(word))) at += 1
    else if (shells.test(word) && /^-[a-z]*c$/.test(words[at + 1] ?? '')) at += 2
    else return at
  }
}

function readSegment({ words, pipedInto }: Segment): readonly Reading[] {
  const at = findProgram(words)
  const program = lastPart(words[at] ?? '')
  if (lookers.has(program)) return []
  const lookedAt = pipedInto !== undefined && lookers.has(pipedInto)
  const interprets = interpreters.test(program)
  const rest = words.slice(at)
  const isRunner = testRunners.test(program) || rest.includes('--test') || (rest[1] === '-m' && /^(pytest|unittest|nose2?)$/.test(rest[2] ?? ''))
  let scriptAt = -1
  return words.flatMap((raw, n) => {
    const before = words[n - 1] ?? ''
    const option = /^(-[^=]+)=(.+)$/.exec(raw)
    const bare = option?.[2] ?? raw
    // `python3 -c` and `node -p` are given code, `python3 -m` a module.
    const module = interprets && before === '-m'
    const steers = !module && (steering.test(option?.[1] ?? '') || (n > at && steering.test(before) && !(interprets && before === '-c')))
    const interpreted = interprets && n > at && scriptAt === -1 && !steers && (module || !raw.startsWith('-'))
    if (interpreted) scriptAt = n
    return bare.split(/[=:<>]+/).filter((word) => word.length > 1).map((word) => ({ word, steers, interpreted, module, isTest: isRunner && n > at && !steers && !raw.startsWith('-'), lookedAt }))
  })
}

/** Every word of a shell line that might be a file and is more than looked at. */
export function readLine(text: string): readonly Reading[] {
  return toSegments(text.replaceAll('\\\n', ' ')).flatMap(readSegment)
}
