/**
 * Part of the Node harness: a copy of each input that the tests give to a probed function is kept, and when they are over the function
 * is asked again, with these and with small variations of them. Each answer is sent at once, so that a call that never ends loses none.
 */
export const nodeProbe = String.raw`  // ---- what the functions under a probe answer to the arguments of the tests and to small variations of them
  const openProbe = () => {
    const [mostInputs, mostCalls, forMs, callMs] = [24, 320, 4000, 250]
    const inputs = []
    const known = new Set()
    let closed = false
    const show = (value) => {
      const text = inspect(value, { depth: 6, maxArrayLength: 60, maxStringLength: 300, sorted: true, breakLength: Infinity, compact: true, getters: false })
      return text.length > 600 ? text.slice(0, 600) + '…' : text
    }
    const clone = (value, seen = new Map(), room = { left: 4000 }) => {
      if (value === null || typeof value !== 'object') return value
      if (seen.has(value)) return seen.get(value)
      if (room.left-- < 0) throw new Error('too large')
      const go = (inner) => clone(inner, seen, room)
      let made
      if (Array.isArray(value)) { made = []; seen.set(value, made); for (const one of value) made.push(go(one)); return made }
      if (value instanceof Date) made = new Date(value.getTime())
      else if (value instanceof RegExp) made = new RegExp(value.source, value.flags)
      else if (value instanceof Map) { made = new Map(); seen.set(value, made); for (const [key, one] of value) made.set(go(key), go(one)) }
      else if (value instanceof Set) { made = new Set(); seen.set(value, made); for (const one of value) made.add(go(one)) }
      else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) made = structuredClone(value)
      else if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return value
      else made = Object.create(Object.getPrototypeOf(value))
      seen.set(value, made)
      for (const key of Reflect.ownKeys(value)) {
        const own = Object.getOwnPropertyDescriptor(value, key)
        if (!('value' in own)) Object.defineProperty(made, key, own)
        else if (own.writable && own.configurable) Object.defineProperty(made, key, { ...own, value: go(own.value) })
      }
      return made
    }
    globalThis[Symbol.for('writ.probe')] = (name, call, self, args) => {
      if (closed || inputs.length >= mostInputs) return
      try {
        const input = clone([self === globalThis ? undefined : self, [...args]])
        const key = name + ' ' + show(input)
        if (known.has(key)) return
        known.add(key)
        inputs.push({ name, call, self: input[0], args: input[1] })
      } catch { /* what cannot be copied is no input that can be given again */ }
    }
    const vary = function* (value, depth = 0) {
      if (typeof value === 'number') { yield value + 1; yield value - 1; if (value !== 0) { yield 0; yield -value } }
      else if (typeof value === 'bigint') { yield value + 1n; yield value - 1n; yield -value }
      else if (typeof value === 'string') { if (value !== '') { yield ''; yield value.slice(1); yield value.slice(0, -1) } yield value + value; yield value + ' '; yield 'a' + value; if (value.toUpperCase() !== value) yield value.toUpperCase() }
      else if (typeof value === 'boolean') yield !value
      else if (value === null) yield undefined
      else if (value === undefined) yield null
      else if (Array.isArray(value)) {
        if (value.length > 0) { yield []; yield value.slice(1); yield value.slice(0, -1); yield [...value, ...clone(value)] }
        if (value.length > 1) yield value.toReversed()
        if (depth < 2) for (const at of new Set([0, value.length - 1])) if (at in value) for (const one of vary(value[at], depth + 1)) yield value.with(at, one)
      } else if (typeof value === 'object' && depth < 2 && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
        for (const key of Object.keys(value).slice(0, 8)) {
          for (const one of vary(value[key], depth + 1)) yield { ...value, [key]: one }
          const { [key]: _, ...less } = value
          yield less
        }
      }
    }
    const variants = function* (args) {
      for (const [at, value] of args.entries()) for (const one of vary(value)) yield args.with(at, one)
      for (let at = 0; at + 1 < args.length; at++) if (typeof args[at] === typeof args[at + 1]) yield [...args.slice(0, at), args[at + 1], args[at], ...args.slice(at + 2)]
    }
    const done = new Set()
    const until = Date.now() + forMs
    const ask = async ({ name, call, self, args }, given) => {
      let mine
      try { mine = clone([self, args]) } catch { return }
      const before = mine.map(show)
      const key = [name, ...before].join('\0')
      if (done.has(key)) return
      done.add(key)
      const told = [name, self === undefined ? '' : before[0], before[1].slice(1, -1).trim(), given]
      process.send({ probing: told })
      let outcome
      try {
        let answer = call(mine[0], mine[1])
        if (typeof answer?.then === 'function') {
          let timer
          const late = new Promise((done) => { timer = setTimeout(() => done(late), callMs) })
          const won = await Promise.race([answer, late])
          clearTimeout(timer)
          if (won === late) return void process.send({ probed: [...told, 'does not end'] })
          answer = won
        }
        const steps = typeof answer?.next === 'function' && typeof answer[Symbol.iterator] === 'function'
        outcome = steps ? 'yields ' + show([...answer.take(50)]) : 'returns ' + show(answer)
      } catch (error) {
        // Copies have no private members: what asks for them says nothing of the function.
        if (/private (member|field|method)|incompatible receiver/i.test(String(error?.message))) return
        outcome = 'throws ' + (error instanceof Error ? error.name : show(error))
      }
      const after = mine.map(show)
      if (after[1] !== before[1]) outcome += ', its arguments become ' + after[1].slice(1, -1).trim()
      if (after[0] !== before[0]) outcome += ', the object becomes ' + after[0]
      process.send({ probed: [...told, outcome] })
    }
    return {
      async run() {
        closed = true
        for (const input of inputs) await ask(input, true)
        // A little of each input, so that one with many variations leaves time for the others.
        const lines = inputs.map((input) => ({ input, rest: variants(input.args) }))
        for (let at = 0; lines.length > 0 && done.size < mostCalls && Date.now() < until; at++) {
          const line = lines[at % lines.length]
          const { value, done: over } = line.rest.next()
          if (over) lines.splice(at % lines.length, 1)
          else await ask({ ...line.input, args: value }, false)
        }
      },
    }
  }
`
