// A reporter for node:test, loaded by NODE_OPTIONS into the process that runs the tests (not into the test files' own).
import path from 'node:path'
import stream from './stream.cjs'

const isFileItself = (data) =>
  data.nesting === 0 && typeof data.file === 'string' && path.resolve(data.name) === path.resolve(data.file)

function toStatus(type, data) {
  if ((data.skip !== undefined && data.skip !== false) || (data.todo !== undefined && data.todo !== false)) return 'skipped'
  return type === 'test:pass' ? 'passed' : 'failed'
}

export default async function* writReporter(source) {
  const out = stream.openStream('node-test')
  const names = []
  /** The end of what each file wrote to stderr: all there is to say of a file that died. */
  const said = new Map()
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting
      names[data.nesting] = data.name
      continue
    }
    if (type === 'test:stderr' && data.file) {
      said.set(path.resolve(data.file), ((said.get(path.resolve(data.file)) ?? '') + data.message).slice(-1600))
      continue
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const error = data.details?.error
    const status = toStatus(type, data)
    if (data.details?.type === 'suite' && (status === 'passed' || error?.failureType === 'subtestsFailed')) continue
    const cause = error?.cause ?? error
    const itself = isFileItself(data)
    out.case({
      file: stream.toRelative(data.entryFile ?? data.file),
      path: itself ? [] : [...names.slice(0, data.nesting), data.name],
      status,
      message: status !== 'failed' ? undefined : (itself && said.get(path.resolve(data.file))?.trim()) || stream.describe(cause),
      ms: data.details?.duration_ms,
    })
  }
  out.end()
  yield ''
}
