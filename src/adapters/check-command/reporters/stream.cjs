'use strict'
// Writes what a test runner saw, one record a line, each line sealed with a key that this process alone has read.
// Code under test may run beside us: it can destroy the file, but it cannot write a line that the harness believes,
// and a stream that is cut short has no closing record.
const fs = require('node:fs')
const path = require('node:path')
const crypto = require('node:crypto')

const directory = process.env.WRIT_REPORT
const root = process.env.WRIT_ROOT || process.cwd()
const maxKeys = 16
const maxMessage = 2000

function claimKey() {
  for (let n = 0; n < maxKeys; n++) {
    const file = path.join(directory, `key-${n}`)
    try {
      const key = fs.readFileSync(file, 'latin1')
      fs.unlinkSync(file)
      return { n, key }
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  throw new Error('more than 16 test runners in one check: split the check')
}

function openStream(runner) {
  if (!directory) return { case() {}, end() {} }
  const { n, key } = claimKey()
  const fd = fs.openSync(path.join(directory, `stream-${n}`), 'wx')
  let seal = ''
  const write = (record) => {
    const text = JSON.stringify(record)
    seal = crypto.createHmac('sha256', key).update(seal).update(text).digest('hex')
    fs.writeSync(fd, `${seal} ${text}\n`)
  }
  write({ t: 'begin', runner })
  return {
    case(one) {
      write({ t: 'case', ...one, message: one.message === undefined ? undefined : String(one.message).slice(0, maxMessage) })
    },
    end() {
      write({ t: 'end' })
      fs.closeSync(fd)
    },
  }
}

/** Relative to the repository with `/`, or undefined for what lies outside it. */
function toRelative(file) {
  if (!file) return undefined
  const relative = path.relative(root, path.resolve(file)).split(path.sep).join('/')
  return relative.startsWith('../') ? undefined : relative
}

/** Message, then the frames that are not Node's or the runner's own. */
function describe(error) {
  if (error === undefined || error === null) return undefined
  if (typeof error !== 'object') return String(error)
  const cause = error.cause?.message ? `\n  caused by: ${error.cause.message}` : ''
  const message = `${error.message || error}${cause}`
  const frames = String(error.stack || '').split('\n').filter((line) => /^\s+at /.test(line) && !/node:internal|node_modules|node:async_hooks/.test(line))
  return frames.length === 0 ? message : `${message.slice(0, 1400)}\n${frames.slice(0, 6).join('\n')}`
}

module.exports = { openStream, toRelative, describe }
