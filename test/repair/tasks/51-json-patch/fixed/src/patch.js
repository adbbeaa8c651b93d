/** A part of RFC 6902: add, replace, remove on plain data. */
function parsePointer(pointer) {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new SyntaxError(`no pointer: ${pointer}`)
  return pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function get(data, pointer) {
  let here = data
  for (const part of parsePointer(pointer)) {
    if (here === null || typeof here !== 'object' || !(part in here)) throw new RangeError(`nothing at ${pointer}`)
    here = here[part]
  }
  return here
}

function change(data, parts, action) {
  const [first, ...rest] = parts
  const copy = Array.isArray(data) ? [...data] : { ...data }
  if (rest.length === 0) action(copy, first)
  else copy[first] = change(data[first], rest, action)
  return copy
}

const actions = {
  add: (value) => (holder, key) => {
    if (Array.isArray(holder)) holder.splice(key === '-' ? holder.length : Number(key), 0, value)
    else holder[key] = value
  },
  replace: (value) => (holder, key) => {
    if (!(key in holder)) throw new RangeError(`nothing to replace at ${key}`)
    holder[key] = value
  },
  remove: () => (holder, key) => {
    if (!(key in holder)) throw new RangeError(`nothing to remove at ${key}`)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  },
}

export function apply(data, patch) {
  return patch.reduce((now, { op, path, value }) => {
    const make = actions[op]
    if (make === undefined) throw new SyntaxError(`unknown operation ${op}`)
    const parts = parsePointer(path)
    return parts.length === 0 ? value : change(now, parts, make(value))
  }, data)
}
