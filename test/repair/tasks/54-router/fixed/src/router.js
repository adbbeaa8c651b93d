function compile(pattern) {
  const names = []
  const source = pattern.replace(/:(\w+)|\*/g, (_, name) => {
    if (name === undefined) return '.*'
    names.push(name)
    return '([^/]+)'
  })
  return { regex: new RegExp(`^${source}/?$`), names }
}

export class Router {
  #routes = []

  on(method, pattern, handler) {
    this.#routes.push({ method, ...compile(pattern), handler })
    return this
  }

  match(method, path) {
    for (const { method: wanted, regex, names, handler } of this.#routes) {
      if (wanted !== method && wanted !== '*') continue
      const found = regex.exec(path)
      if (found === null) continue
      const params = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1])]))
      return { handler, params }
    }
    return undefined
  }

  handle(method, path) {
    const found = this.match(method, path)
    return found === undefined ? { status: 404 } : { status: 200, body: found.handler(found.params) }
  }
}
