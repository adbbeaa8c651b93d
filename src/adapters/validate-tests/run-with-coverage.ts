import { z } from 'zod'
import { count } from '../../domain/report/words.ts'
import type { ScriptRun } from '../../domain/validation/unrun-lines.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import { listExecutable, summariseV8, traceLines } from './coverage-programs.ts'

export interface CoverageRun {
  /** How the tests ended. */
  readonly exitCode: number
  /** The end of what they printed. */
  readonly tail: string
  /** Node processes that told what they ran; 0: there were none, or they were ended hard. */
  readonly nodeProcesses: number
  readonly scripts: readonly (ScriptRun & { readonly path: string; readonly url: string })[]
  /** Undefined where no Python told what it ran. */
  readonly python: ReadonlyMap<string, { readonly executable: ReadonlySet<number> | undefined; readonly ran: ReadonlySet<number> }> | undefined
}

const Scripts = z.object({
  processes: z.int(),
  scripts: z.array(z.object({
    path: z.string(), url: z.string(), end: z.int(), unrun: z.array(z.tuple([z.int(), z.int()])),
    map: z.object({ lineLengths: z.array(z.int()), mappings: z.string() }).optional(),
  })),
})
const Executable = z.array(z.array(z.int()).nullable())

const mark = '\u001e'
/** The command's own assignment would take our folder away: ours goes in front of it. */
const keepTracer = (command: string): string => command.replaceAll(/(^|[\s;&|(])PYTHONPATH=(["']?)/g, '$1PYTHONPATH=$2$WRIT_TRACE:')

/**
 * How many tests have ended, by what runners print for each: TAP, Node's and others' ticks, pytest in words and in dots, Go, Rust.
 * Every two seconds on standard error, behind a mark; where nothing fits, or once there is too much to read again, silence.
 */
const counting = String.raw`
count_tests() {
  while sleep 2 > /dev/null 2>&1 && kill -0 "$$" 2> /dev/null; do
    [ "$(wc -c < "$cov/output")" -lt 33554432 ] || return
    lines=$(grep -cE '^ *(not ok|ok) [0-9]|^ *(✔|✖|✓|✗|×) |^ *--- (PASS|FAIL|SKIP)|^test .* \.\.\. |(PASSED|FAILED|SKIPPED)( |$)' "$cov/output")
    dots=$(grep -oE '^([^ ]+\.py )?[.FEsxX]+( |$)' "$cov/output" | sed 's/^[^ ]*\.py //' | tr -cd '.FEsxX' | wc -c)
    printf '\036%s\n' "$((lines + dots))" >&2
  done
}
`
const counted = /\u001E(\d+)\n/g

/** Everything that the tests write goes to a file: what is left on standard output is ours. */
const script = String.raw`${counting}
cov=$(mktemp -d) || exit 97
export WRIT_ROOT=$(pwd -P) WRIT_TRACE="$cov/python"
mkdir "$cov/python"
printf '%s' "$WRIT_SUMMARISE" > "$cov/summarise.mjs"; printf '%s' "$WRIT_SITE" > "$cov/python/sitecustomize.py"; printf '%s' "$WRIT_LIST" > "$cov/list.py"
unset WRIT_SUMMARISE WRIT_SITE WRIT_LIST
touch "$cov/output"; count_tests & counter=$!
NODE_V8_COVERAGE="$cov/v8" PYTHONPATH="$cov/python" bash -c "$WRIT_COMMAND" > "$cov/output" 2>&1 < /dev/null
code=$?
kill "$counter"; wait "$counter" 2> /dev/null
tail -c 3000 "$cov/output" >&2
printf '\036%s\036' "$code"
[ -d "$cov/v8" ] && node "$cov/summarise.mjs" "$cov/v8" "$WRIT_ROOT"
printf '\036'
[ -s "$cov/python/lines" ] && sort -u "$cov/python/lines"
printf '\036'
[ -s "$cov/python/lines" ] && python3 -I "$cov/list.py"
rm -rf "$cov"
`

/**
 * Runs the tests of the result and looks which lines of some files they run: V8 counts for Node, a tracer for Python; no package
 * is needed. A sentence where that did not work.
 */
export async function runWithCoverage(subject: Subject, { command, timeoutMs, paths }: { command: string; timeoutMs: number; paths: readonly string[] }): Promise<CoverageRun | { readonly failed: string }> {
  const result = await subject.run('result', {
    argv: ['bash', '-c', script], timeoutMs,
    onOutput: (stream, chunk) => {
      const tests = stream === 'stderr' ? [...new TextDecoder().decode(chunk).matchAll(counted)].at(-1)?.[1] : undefined
      if (tests !== undefined && tests !== '0') subject.say?.(count(Number(tests), 'test'))
    },
    env: {
      WRIT_COMMAND: keepTracer(command), WRIT_PATHS: JSON.stringify(paths), WRIT_SUMMARISE: summariseV8, WRIT_SITE: traceLines, WRIT_LIST: listExecutable,
      CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', TERM: 'dumb', PYTHONDONTWRITEBYTECODE: '1', npm_config_update_notifier: 'false', npm_config_offline: 'true',
    },
  })
  if (result.ended !== 'exited') return { failed: result.ended === 'timeout' ? `the tests were stopped after ${Math.round(timeoutMs / 1000)} s` : `the tests were stopped (${result.ended})` }
  const [, code, node = '', lines = '', executable = ''] = new TextDecoder().decode(result.stdout).split(mark)
  const tail = new TextDecoder().decode(result.stderr).replaceAll(counted, '').slice(-3000)
  if (code === undefined || result.droppedBytes > 0) return { failed: `what the tests ran could not be read: ${tail.slice(-300)}` }
  const scripts = node === '' ? undefined : Scripts.parse(JSON.parse(node))
  return {
    exitCode: Number(code), tail,
    nodeProcesses: scripts?.processes ?? 0,
    scripts: (scripts?.scripts ?? []).map(({ map, ...one }) => ({ ...one, map })),
    python: lines === '' ? undefined : readPython(paths, lines, executable),
  }
}

function readPython(paths: readonly string[], lines: string, executable: string): NonNullable<CoverageRun['python']> {
  const able = executable === '' ? [] : Executable.parse(JSON.parse(executable))
  const ran = paths.map(() => new Set<number>())
  for (const line of lines.split('\n')) {
    const [index, at] = line.split(':')
    if (at !== undefined) ran[Number(index)]?.add(Number(at))
  }
  return new Map(paths.map((path, n) => [path, { executable: able[n] ? new Set(able[n]) : undefined, ran: ran[n] ?? new Set() }]))
}
