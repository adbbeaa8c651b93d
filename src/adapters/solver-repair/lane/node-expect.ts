/**
 * Text for the harness of `node-lane`: `expect`, and what `jest` and `vi` offer for doubles and clocks. The runners' own need the
 * runners around them, so this stands in; what it does not know it refuses by `cannot`.
 */
export const nodeExpect = String.raw`
  const cannot = (what) => {
    if (run.state) run.state.unable = true
    throw new Error('the quick lane has no ' + what)
  }
  /** Any use of what is not there is seen. */
  const limited = (what, own) => new Proxy(own, { get: (from, key) => (key in from || typeof key === 'symbol' || key === 'then' ? from[key] : cannot(what + '.' + key)) })

  const asymmetric = Symbol('asymmetric')
  const like = (says, matches) => ({ [asymmetric]: matches, asymmetricMatch: matches, toString: () => says })
  const kindOf = (value) => Object.prototype.toString.call(value)
  const keysOf = (value, strict) => Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key) && (strict || value[key] !== undefined))
  /** As toEqual compares, or toStrictEqual. */
  const same = (a, b, strict = false, above = []) => {
    if (b?.[asymmetric]) return Boolean(b[asymmetric](a))
    if (a?.[asymmetric]) return Boolean(a[asymmetric](b))
    if (Object.is(a, b)) return true
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
    if (a instanceof Error && b instanceof Error) return a.message === b.message && (!strict || a.name === b.name)
    if (kindOf(a) !== kindOf(b) || (strict && a.constructor !== b.constructor)) return false
    if (above.some(([x, y]) => x === a && y === b)) return true
    const inner = [...above, [a, b]]
    if (a instanceof Date || a instanceof Number || a instanceof String || a instanceof Boolean) return Object.is(a.valueOf(), b.valueOf())
    if (a instanceof RegExp) return String(a) === String(b)
    if (a instanceof Set) return a.size === b.size && [...a].every((one) => b.has(one) || [...b].some((other) => same(one, other, strict, inner)))
    if (a instanceof Map) return a.size === b.size && [...a].every(([key, one]) => (b.has(key) ? same(one, b.get(key), strict, inner) : [...b].some(([other, value]) => same(key, other, strict, inner) && same(one, value, strict, inner))))
    if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b))
    if (Array.isArray(a) && a.length !== b.length) return false
    const [left, right] = [keysOf(a, strict), keysOf(b, strict)]
    return left.length === right.length && right.every((key) => key in a && same(a[key], b[key], strict, inner))
  }
  const holds = (a, b) => {
    if (b?.[asymmetric] || b === null || typeof b !== 'object' || b instanceof Date || b instanceof RegExp || b instanceof Set || b instanceof Map) return same(a, b)
    if (a === null || typeof a !== 'object') return false
    if (Array.isArray(b)) return Array.isArray(a) && a.length === b.length && b.every((one, i) => holds(a[i], one))
    return keysOf(b, true).every((key) => key in a && holds(a[key], b[key]))
  }
  const throwsSo = (error, wanted) => {
    const text = String(error?.message ?? error)
    if (wanted === undefined) return true
    if (wanted[asymmetric]) return Boolean(wanted[asymmetric](error))
    if (typeof wanted === 'string') return text.includes(wanted)
    if (wanted instanceof RegExp) return wanted.test(text)
    if (typeof wanted === 'function') return error instanceof wanted
    return text === wanted.message
  }
  const callsOf = (double) => double?.mock?.calls ?? cannot('calls of what is no double')
  const stepsOf = (path) => (Array.isArray(path) ? path : String(path).replaceAll(/\[(\w+)\]/g, '.$1').split('.'))
  /** In a list of its own, so that undefined is told from nothing. */
  const findAt = (value, path) => stepsOf(path).reduce((found, key) => (found !== undefined && found[0] !== null && found[0] !== undefined && key in Object(found[0]) ? [found[0][key]] : undefined), [value])
  const caughtOf = (value, promised) => {
    if (promised) return [value]
    try { value() } catch (error) { return [error] }
  }
  const returned = (double) => (double.mock?.results ?? cannot('results of what is no double')).filter((one) => one.type === 'return')
  const matchers = {
    toBe: (a, b) => Object.is(a, b), toEqual: (a, b) => same(a, b), toStrictEqual: (a, b) => same(a, b, true), toMatchObject: holds,
    toBeTruthy: (a) => Boolean(a), toBeFalsy: (a) => !a, toBeNull: (a) => a === null, toBeUndefined: (a) => a === undefined, toBeDefined: (a) => a !== undefined, toBeNaN: (a) => Number.isNaN(a), toBeNullable: (a) => a == null,
    toBeGreaterThan: (a, b) => a > b, toBeGreaterThanOrEqual: (a, b) => a >= b, toBeLessThan: (a, b) => a < b, toBeLessThanOrEqual: (a, b) => a <= b,
    toBeCloseTo: (a, b, digits = 2) => a === b || Math.abs(a - b) < 10 ** -digits / 2, toBeInstanceOf: (a, b) => a instanceof b, toBeTypeOf: (a, b) => typeof a === b, toBeOneOf: (a, b) => [...b].some((one) => same(a, one)),
    toContain: (a, b) => (typeof a === 'string' ? a.includes(b) : [...a].some((one) => Object.is(one, b))), toContainEqual: (a, b) => [...a].some((one) => same(one, b)),
    toHaveLength: (a, b) => a?.length === b, toMatch: (a, b) => (typeof b === 'string' ? a.includes(b) : b.test(a)), toSatisfy: (a, b) => Boolean(b(a)),
    toHaveProperty: (a, path, ...wanted) => { const found = findAt(a, path); return found !== undefined && (wanted.length === 0 || same(found[0], wanted[0])) },
    toThrow(a, wanted) { const caught = caughtOf(a, this.promised); return caught !== undefined && throwsSo(caught[0], wanted) },
    toHaveBeenCalled: (a) => callsOf(a).length > 0, toHaveBeenCalledOnce: (a) => callsOf(a).length === 1, toHaveBeenCalledTimes: (a, n) => callsOf(a).length === n,
    toHaveBeenCalledWith: (a, ...args) => callsOf(a).some((call) => same(call, args)), toHaveBeenLastCalledWith: (a, ...args) => same(callsOf(a).at(-1), args), toHaveBeenNthCalledWith: (a, n, ...args) => same(callsOf(a)[n - 1], args),
    toHaveBeenCalledExactlyOnceWith: (a, ...args) => callsOf(a).length === 1 && same(callsOf(a)[0], args),
    toHaveReturned: (a) => returned(a).length > 0, toHaveReturnedTimes: (a, n) => returned(a).length === n, toHaveReturnedWith: (a, b) => returned(a).some((one) => same(one.value, b)), toHaveLastReturnedWith: (a, b) => same(returned(a).at(-1)?.value, b),
  }
  Object.assign(matchers, { toThrowError: matchers.toThrow, toBeCalled: matchers.toHaveBeenCalled, toBeCalledTimes: matchers.toHaveBeenCalledTimes, toBeCalledWith: matchers.toHaveBeenCalledWith, lastCalledWith: matchers.toHaveBeenLastCalledWith, toReturn: matchers.toHaveReturned, toReturnWith: matchers.toHaveReturnedWith })
  const extended = {}
  const claim = (good, not, name, value, args) => {
    if (Boolean(good) === not) throw new assert.AssertionError({ message: 'expect(' + inspect(value) + ')' + (not ? '.not.' : '.') + name + '(' + args.map((arg) => inspect(arg)).join(', ') + ')' })
  }
  const judgeBy = (name, value, args, not, promised) => {
    const own = extended[name]
    if (own === undefined) return claim(matchers[name].call({ promised }, value, ...args), not, name, value, args)
    const told = own.call({ isNot: not, equals: (a, b) => same(a, b), promise: '', utils: limited('utils', { printReceived: inspect, printExpected: inspect, matcherHint: String, stringify: inspect, diff: () => '' }) }, value, ...args)
    return typeof told?.then === 'function' ? told.then((one) => claim(one.pass, not, name, value, args)) : claim(told.pass, not, name, value, args)
  }
  const expecting = (value, not, settled) => new Proxy({}, {
    get(_, name) {
      if (name === 'not') return expecting(value, !not, settled)
      if (name === 'resolves' || name === 'rejects') return expecting(value, not, name)
      if (name === 'then' || typeof name === 'symbol') return undefined
      if (!(name in matchers) && !(name in extended)) return cannot('expect().' + name)
      return (...args) => {
        if (run.state) run.state.claims = (run.state.claims ?? 0) + 1
        if (settled === undefined) return judgeBy(name, value, args, not, false)
        const promise = Promise.resolve(typeof value === 'function' ? value() : value)
        if (settled === 'resolves') return promise.then((got) => judgeBy(name, got, args, not, false))
        return promise.then(() => { throw new assert.AssertionError({ message: 'it resolved' }) }, (error) => judgeBy(name, error, args, not, true))
      }
    },
  })
  const anyOf = (kind) => like('any', (value) => value !== undefined && value !== null && (kind === Object ? typeof value === 'object' : value instanceof kind || Object(value) instanceof kind))
  const matching = (not) => ({
    objectContaining: (part) => like('object', (value) => (value !== null && typeof value === 'object' && keysOf(part, true).every((key) => key in value && same(value[key], part[key]))) !== not),
    arrayContaining: (part) => like('array', (value) => (Array.isArray(value) && part.every((one) => value.some((other) => same(other, one)))) !== not),
    stringContaining: (part) => like('string', (value) => (typeof value === 'string' && value.includes(part)) !== not),
    stringMatching: (pattern) => like('string', (value) => (typeof value === 'string' && new RegExp(pattern).test(value)) !== not),
    closeTo: (wanted, digits = 2) => like('number', (value) => (Math.abs(value - wanted) < 10 ** -digits / 2) !== not),
  })
  const expect = limited('expect', Object.assign((value) => expecting(value, false, undefined), {
    anything: () => like('anything', (value) => value !== undefined && value !== null), any: anyOf, ...matching(false), not: matching(true),
    extend: (more) => void Object.assign(extended, more), assertions: (n) => { run.state.wanted = n }, hasAssertions: () => { run.state.wanted = 'some' },
    soft: (value) => expecting(value, false, undefined), unreachable: (why) => { throw new Error(why ?? 'unreachable') }, fail: (why) => { throw new Error(why) },
    addSnapshotSerializer() {}, addEqualityTesters: () => cannot('expect.addEqualityTesters'), getState: () => ({}), setState() {},
  }))
  const checkCounts = () => {
    const { wanted, claims = 0 } = run.state
    run.state.wanted = undefined
    run.state.claims = 0
    if (wanted === 'some' ? claims === 0 : wanted !== undefined && wanted !== claims) throw new Error('another number of assertions')
  }

  // ---- doubles and clocks
  const doubles = new Set()
  const makeDouble = (implementation, restore = () => {}) => {
    let usual = implementation
    let once = []
    const record = () => ({ calls: [], results: [], instances: [], contexts: [], invocationCallOrder: [], get lastCall() { return this.calls.at(-1) } })
    const double = function (...args) {
      const { mock } = double
      mock.calls.push(args)
      mock.instances.push(this)
      mock.contexts.push(this)
      const result = { type: 'incomplete', value: undefined }
      mock.results.push(result)
      const work = once.length > 0 ? once.shift() : usual
      try {
        const value = new.target && work ? Reflect.construct(work, args, new.target) : work?.apply(this, args)
        Object.assign(result, { type: 'return', value })
        return value
      } catch (error) {
        Object.assign(result, { type: 'throw', value: error })
        throw error
      }
    }
    const clear = () => { double.mock = record(); return double }
    const reset = (to) => { once = []; usual = to; return clear() }
    Object.assign(double, {
      mock: record(), _isMockFunction: true, mockClear: clear, mockReset: () => reset(lane.runner === 'vitest' ? implementation : undefined), mockRestore: () => { restore(); return reset(implementation) },
      mockImplementation: (fn) => { usual = fn; return double }, mockImplementationOnce: (fn) => { once.push(fn); return double }, getMockImplementation: () => usual,
      mockReturnValue: (value) => double.mockImplementation(() => value), mockReturnValueOnce: (value) => double.mockImplementationOnce(() => value), mockReturnThis: () => double.mockImplementation(function () { return this }),
      mockResolvedValue: (value) => double.mockImplementation(async () => value), mockResolvedValueOnce: (value) => double.mockImplementationOnce(async () => value),
      mockRejectedValue: (error) => double.mockImplementation(async () => { throw error }), mockRejectedValueOnce: (error) => double.mockImplementationOnce(async () => { throw error }),
      mockName: () => double, getMockName: () => 'double', mockThrow: (error) => double.mockImplementation(() => { throw error }),
    })
    doubles.add(double)
    return double
  }
  const spyOn = (owner, key, access) => {
    if (access !== undefined || typeof owner[key] !== 'function') return cannot('spy on what is no method')
    const own = Object.getOwnPropertyDescriptor(owner, key)
    const original = owner[key]
    if (original._isMockFunction) return original
    const restore = () => (own === undefined ? delete owner[key] : Object.defineProperty(owner, key, own))
    owner[key] = makeDouble(original, restore)
    run.state?.undo.push(restore)
    return owner[key]
  }
  const clocks = () => realMock.timers
  const mocker = () => {
    let faked = false
    const all = (what) => () => { for (const double of doubles) double[what]() }
    const ticked = async (ms) => { clocks().tick(ms); await new Promise((done) => setImmediate(done)) }
    const own = {
      fn: (implementation) => makeDouble(implementation), spyOn, isMockFunction: (fn) => fn?._isMockFunction === true, mocked: (value) => value,
      clearAllMocks: all('mockClear'), resetAllMocks: all('mockReset'), restoreAllMocks: all('mockRestore'), setTimeout: () => own, setConfig() {},
      useFakeTimers: (options) => { if (!faked) { clocks().enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: options?.now === undefined ? Date.now() : Number(options.now) }); faked = true; run.state?.undo.push(() => own.useRealTimers()) } return own },
      useRealTimers: () => { if (faked) clocks().reset(); faked = false; return own }, isFakeTimers: () => faked, setSystemTime: (now) => clocks().setTime(Number(now)),
      advanceTimersByTime: (ms) => { clocks().tick(ms); return own }, runAllTimers: () => { clocks().runAll(); return own }, runOnlyPendingTimers: () => { clocks().runAll(); return own }, clearAllTimers() {},
      advanceTimersByTimeAsync: async (ms) => { await ticked(ms); return own }, runAllTimersAsync: async () => { clocks().runAll(); await ticked(0); return own },
      stubEnv: (key, value) => { const old = process.env[key]; run.state?.undo.push(() => (old === undefined ? delete process.env[key] : (process.env[key] = old))); process.env[key] = value; return own },
      stubGlobal: (key, value) => { const old = Object.getOwnPropertyDescriptor(globalThis, key); run.state?.undo.push(() => (old === undefined ? delete globalThis[key] : Object.defineProperty(globalThis, key, old))); globalThis[key] = value; return own },
      unstubAllEnvs() {}, unstubAllGlobals() {}, hoisted: (make) => make(), importActual: (name) => import(name),
      waitFor: async (condition, options = {}) => { const end = Date.now() + (options.timeout ?? 1000); for (;;) try { return await condition() } catch (error) { if (Date.now() > end) throw error; await new Promise((done) => setTimeout(done, 20)) } },
    }
    return own
  }
  
`
