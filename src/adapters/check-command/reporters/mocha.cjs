'use strict'
// A reporter for Mocha that prints what its `spec` reporter prints.
const { createRequire } = require('node:module')
const path = require('node:path')
const stream = require('./stream.cjs')

const { reporters } = createRequire(path.join(process.cwd(), 'package.json'))('mocha')

module.exports = class WritReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const out = stream.openStream('mocha')
    const tell = (test, status, error) =>
      out.case({ file: stream.toRelative(test.file), path: test.titlePath(), status, message: stream.describe(error), ms: test.duration })
    runner.on('pass', (test) => tell(test, 'passed'))
    runner.on('pending', (test) => tell(test, 'skipped'))
    runner.on('fail', (test, error) => tell(test, 'failed', error))
    runner.once('end', () => out.end())
  }
}
