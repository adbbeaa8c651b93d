/**
 * Programs that run inside the sandbox, in the tested project's own Node or Python. They reach it in the environment and lie
 * outside of the checkout, so that no test, glob or linter there sees them.
 */

/** Prints, as JSON, what V8 counted for some files, all processes taken together (see `ScriptRun`). Arguments: the folder, the root; paths on WRIT_PATHS. */
export const summariseV8 = String.raw`
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
const [folder, root] = process.argv.slice(2)
const paths = JSON.parse(process.env.WRIT_PATHS)
const urls = new Map(paths.flatMap((path) => [root, realpathSync(root)].map((at) => [pathToFileURL(join(at, path)).href, path])))
const scripts = new Map()
let processes = 0
let names = []
try { names = readdirSync(folder) } catch {}
for (const name of names) {
  let said
  try { said = JSON.parse(readFileSync(join(folder, name), 'utf8')) } catch { continue }
  processes++
  for (const { url, functions } of said.result ?? []) {
    const plain = url.replace(/[?#].*$/, '')
    const path = urls.get(plain)
    const end = functions[0]?.ranges[0]?.endOffset
    if (path === undefined || !end) continue
    const made = said['source-map-cache']?.[url]
    const key = path + '\n' + end + '\n' + (made ? made.lineLengths.length : '')
    let script = scripts.get(key)
    if (script === undefined) scripts.set(key, script = { path, url: plain, end, ran: new Uint8Array(end), map: made?.data?.mappings ? { lineLengths: made.lineLengths, mappings: made.data.mappings } : undefined })
    const counts = new Uint8Array(end)
    for (const { ranges } of functions) for (const { startOffset, endOffset, count } of ranges) counts.fill(count > 0 ? 1 : 0, startOffset, endOffset)
    for (let n = 0; n < end; n++) script.ran[n] |= counts[n]
  }
}
const found = [...scripts.values()].map(({ path, url, end, ran, map }) => {
  const unrun = []
  for (let n = 0; n < end; n++) {
    if (ran[n]) continue
    const from = n
    while (n < end && !ran[n]) n++
    unrun.push([from, n])
  }
  return { path, url, end, unrun, map }
})
process.stdout.write(JSON.stringify({ processes, scripts: found }))
`

/**
 * sitecustomize: writes a line for each line of the files on WRIT_PATHS that runs, the first time it does, at once: a process
 * that is ended hard has told all the same.
 */
export const traceLines = String.raw`
import json, os, sys

def _start():
    root = os.environ["WRIT_ROOT"]
    paths = {}
    for index, path in enumerate(json.loads(os.environ["WRIT_PATHS"])):
        for at in {root, os.path.realpath(root)}:
            paths[os.path.join(at, path)] = index
    out = os.open(os.path.join(os.environ["WRIT_TRACE"], "lines"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    known = {}
    seen = set()
    getcwd, join, normpath, write = os.getcwd, os.path.join, os.path.normpath, os.write

    def find(name):
        index = known.get(name, False)
        if index is False:
            try:
                index = paths.get(name, paths.get(normpath(join(getcwd(), name))))
            except Exception:
                index = None
            known[name] = index
        return index

    def tell(index, line):
        if (index, line) not in seen:
            seen.add((index, line))
            write(out, ("%d:%d\n" % (index, line)).encode())

    write(out, b"begun\n")
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        def on_line(code, line):
            index = find(code.co_filename)
            if index is not None:
                tell(index, line)
            return monitoring.DISABLE
        # 3 and 4 belong to nobody: coverage tools and debuggers keep theirs.
        monitoring.use_tool_id(4, "writ")
        monitoring.register_callback(4, monitoring.events.LINE, on_line)
        monitoring.set_events(4, monitoring.events.LINE)
        return
    import threading

    def trace(frame, event, arg):
        index = find(frame.f_code.co_filename)
        if index is None:
            return None
        def local(frame, event, arg):
            if event == "line":
                tell(index, frame.f_lineno)
            return local
        return local
    sys.settrace(trace)
    threading.settrace(trace)

def _next():
    # The machine's own sitecustomize lies behind ours on the path.
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in sys.path:
        file = os.path.join(folder or ".", "sitecustomize.py")
        if os.path.abspath(folder or ".") != here and os.path.isfile(file):
            with open(file, "rb") as f:
                exec(compile(f.read(), file, "exec"), {"__name__": "sitecustomize", "__file__": file})
            break

try:
    _start()
except Exception:
    # Without us the tests still run; that nothing was told is seen.
    pass
_next()
`

/** Prints, as JSON by index, the lines of each file on WRIT_PATHS that can run; null for what does not compile. */
export const listExecutable = String.raw`
import json, os, sys, warnings
warnings.simplefilter("ignore")

def lines_of(code):
    found = set()
    starts = code.co_lines() if hasattr(code, "co_lines") else ((None, None, line) for _, line in __import__("dis").findlinestarts(code))
    for _, _, line in starts:
        if line:
            found.add(line)
    # The line on which a function begins belongs to whoever makes it.
    found.discard(code.co_firstlineno) if code.co_name != "<module>" else None
    for one in code.co_consts:
        if hasattr(one, "co_code"):
            found |= lines_of(one)
    return found

result = []
for path in json.loads(os.environ["WRIT_PATHS"]):
    try:
        with open(path, "rb") as f:
            result.append(sorted(lines_of(compile(f.read(), path, "exec"))))
    except (OSError, SyntaxError, ValueError):
        result.append(None)
sys.stdout.write(json.dumps(result))
`
