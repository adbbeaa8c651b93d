'use strict'
// A reporter for Jest, added beside the default one with --reporters.
const stream = require('./stream.cjs')

const statuses = { passed: 'passed', failed: 'failed' }

module.exports = class WritReporter {
  onRunStart() {
    this.out = stream.openStream('jest')
  }

  onTestResult(_test, result) {
    const file = stream.toRelative(result.testFilePath)
    if (result.testExecError) this.out.case({ file, path: [], status: 'failed', message: result.failureMessage ?? stream.describe(result.testExecError) })
    for (const one of result.testResults) {
      const message = one.status === 'failed' ? one.failureMessages.join('\n') : undefined
      this.out.case({ file, path: [...one.ancestorTitles, one.title], status: statuses[one.status] ?? 'skipped', message, ms: one.duration ?? undefined })
    }
  }

  onRunComplete() {
    this.out.end()
  }
}
