/**
 * What runs in the worker: the TypeScript language service over files that it is given as text. It reads no file but the compiler's own
 * declarations, and loads no plug-in, so that nothing of the repaired project is executed. Kept as text, since the bundle has one entry.
 */
export const compilerProgram = String.raw`
const { parentPort, workerData } = require('node:worker_threads')
const path = require('node:path')
const ts = require(workerData.module)
const own = path.dirname(workerData.module)
const root = '/project/'
const texts = new Map(workerData.files.map(([name, text]) => [root + name, text]))
const versions = new Map()
const options = {
  target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  allowJs: true, checkJs: true, allowImportingTsExtensions: true, noEmit: true, skipLibCheck: true, strict: true, types: [], noImplicitAny: false, jsx: ts.JsxEmit.Preserve,
}
const read = (name) => texts.get(name) ?? (name.startsWith(own + '/') ? ts.sys.readFile(name) : undefined)
const folders = new Set([...texts.keys()].flatMap((name) => name.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))))
const service = ts.createLanguageService({
  getCompilationSettings: () => options, getCurrentDirectory: () => root, getDefaultLibFileName: () => path.join(own, 'lib.esnext.d.ts'),
  getScriptFileNames: () => [...texts.keys()], getScriptVersion: (name) => String(versions.get(name) ?? 0),
  getScriptSnapshot: (name) => { const text = read(name); return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text) },
  fileExists: (name) => texts.has(name) || (name.startsWith(own + '/') && ts.sys.fileExists(name)), readFile: read,
  directoryExists: (name) => folders.has(name.replace(/\/$/, '')) || name.startsWith(own), getDirectories: () => [], useCaseSensitiveFileNames: () => true,
}, ts.createDocumentRegistry())
const format = { ...ts.getDefaultFormatCodeSettings('\n'), indentSize: 2, semicolons: ts.SemicolonPreference.Remove }
const preferences = { importModuleSpecifierPreference: 'relative', importModuleSpecifierEnding: 'js', includePackageJsonAutoImports: 'off' }
const errorsOf = (name) => [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)].filter((one) => one.category === ts.DiagnosticCategory.Error)
// What cannot be resolved here at all (built-in modules, packages) says nothing of the project.
const isOurs = (one) => ![2307, 2580, 2591, 7016].includes(one.code)

const findFixes = ({ paths }) => {
  const found = []
  for (const each of paths) {
    const name = root + each
    const errors = errorsOf(name)
    for (const one of [...errors.slice(0, 40), ...service.getSuggestionDiagnostics(name).slice(0, 40)]) {
      if (one.start === undefined) continue
      let fixes = []
      try { fixes = service.getCodeFixesAtPosition(name, one.start, one.start + (one.length ?? 0), [one.code], format, preferences) } catch { continue }
      for (const fix of fixes.slice(0, 6)) {
        const [change, ...others] = fix.changes
        if (change === undefined || others.length > 0 || change.isNewFile || !change.fileName.startsWith(root)) continue
        found.push({
          path: change.fileName.slice(root.length), name: fix.fixName, describes: fix.description, at: one.start, in: each, error: one.category === ts.DiagnosticCategory.Error, errors: errors.length,
          edits: change.textChanges.map(({ span, newText }) => ({ start: span.start, end: span.start + span.length, text: newText })),
        })
      }
    }
  }
  return found
}
const countErrors = ({ path: each, texts: others }) => {
  const name = root + each
  const before = texts.get(name)
  const countOf = (text) => {
    texts.set(name, text)
    versions.set(name, (versions.get(name) ?? 0) + 1)
    return errorsOf(name).filter(isOurs).length
  }
  const counts = [before, ...others].map((text) => countOf(text))
  countOf(before)
  return counts
}
parentPort.on('message', ({ id, kind, ...question }) => {
  try { parentPort.postMessage({ id, answer: kind === 'fixes' ? findFixes(question) : countErrors(question) }) } catch (error) { parentPort.postMessage({ id, failed: String(error?.message ?? error) }) }
})
`
