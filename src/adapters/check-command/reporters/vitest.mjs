// A reporter for Vitest, added beside the project's own with --reporter.
import stream from './stream.cjs'

const statuses = { pass: 'passed', passed: 'passed', fail: 'failed', failed: 'failed' }

function report(out, task, file, names) {
  const own = task.type === 'suite' ? [...names, task.name] : names
  const errors = task.result?.errors ?? []
  if (task.type === 'suite' || task.tasks !== undefined) {
    const isFile = task.filepath !== undefined
    const inside = isFile ? [] : own
    if (errors.length > 0) out.case({ file, path: inside, status: 'failed', message: stream.describe(errors[0]) })
    for (const child of task.tasks ?? []) report(out, child, file, inside)
    return
  }
  const status = statuses[task.result?.state] ?? 'skipped'
  out.case({ file, path: [...names, task.name], status, message: status === 'failed' ? stream.describe(errors[0]) : undefined, ms: task.result?.duration })
}

export default class WritReporter {
  onInit() {
    this.out = stream.openStream('vitest')
  }

  finish(files, errors) {
    if (this.done) return
    this.done = true
    for (const file of files) report(this.out, file, stream.toRelative(file.filepath), [])
    for (const error of errors ?? []) this.out.case({ path: ['unhandled error'], status: 'failed', message: stream.describe(error) })
    this.out.end()
  }

  onFinished(files = [], errors = []) {
    this.finish(files, errors)
  }

  onTestRunEnd(modules = [], errors = []) {
    this.finish(modules.map((module) => module.task), errors)
  }
}
