'use strict'

/** `a.b.c` as its parts; an empty path is the whole. */
function splitPath(path) {
  return path === '' ? [] : path.split('.')
}

/** What lies at a path, undefined where nothing does. */
function readPath(value, path) {
  let here = value
  for (const part of splitPath(path)) {
    if (here === null || typeof here !== 'object') return undefined
    here = here[part]
  }
  return here
}

/** A copy with something else at a path; folders on the way are made. */
function withPath(value, path, other) {
  const [first, ...rest] = splitPath(path)
  if (first === undefined) return other
  const base = value !== null && typeof value === 'object' ? value : {}
  return { ...base, [first]: withPath(base[first], rest.join('.'), other) }
}

module.exports = { splitPath, readPath, withPath }
