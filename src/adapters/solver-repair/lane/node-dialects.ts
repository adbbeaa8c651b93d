/**
 * Text for the harness of `node-lane`, in the scope of its child: what the modules and globals of mocha, jest, vitest, ava and
 * tap give to test files, over the harness's own `makeApi`. Enough for what most tests use; whatever is not here marks the test
 * as one that the lane cannot run (`cannot`), so that nobody relies on it.
 */
export const nodeDialects = String.raw`
  // ---- describe and it, as mocha, jest and vitest have them: what a body takes is a callback, or in vitest a context
  const byCallback = (fn, self, context) => fn.length > 0
    ? new Promise((done, no) => fn.call(self, Object.assign((error) => (error ? no(error) : done()), { fail: (error) => no(error ?? new Error('failed')) })))
    : fn.call(self)
  const byContext = (fn, self, context) => fn.call(self, context)
  const mochaSelf = () => {
    const self = { skip() { run.state.skip?.() } }
    for (const key of ['timeout', 'slow', 'retries']) self[key] = () => self
    return self
  }
  const eachOf = (base) => (rows, ...values) => {
    const table = rows.raw === undefined ? rows : toTable(rows, values)
    return (title, fn, limit) => table.forEach((row, n) => {
      const args = Array.isArray(row) ? row : [row]
      base(toTitle(title, row, args, n), fn.length > args.length ? (done) => fn(...args, done) : () => fn(...args), limit)
    })
  }
  const toTable = (strings, values) => {
    const names = strings[0].split('|').map((name) => name.trim())
    const rows = []
    for (let i = 0; i + names.length <= values.length; i += names.length) rows.push(Object.fromEntries(names.map((name, at) => [name, values[i + at]])))
    return rows
  }
  /** Older versions put strings that are named in a title in quotes. */
  const quoteOf = () => {
    if (lane.quote === undefined) {
      let major = 99
      try { major = Number.parseInt(nodeModule.createRequire(path.join(run.root, 'package.json'))(lane.runner + '/package.json').version, 10) } catch { lane.quote = '' }
      lane.quote = lane.runner === 'jest' && major < 30 ? '"' : lane.runner === 'vitest' && major < 4 ? "'" : ''
    }
    return lane.quote
  }
  const briefly = (value) => (typeof value === 'string' ? quoteOf() + value + quoteOf() : inspect(value, { breakLength: Infinity, depth: 2 }))
  const toTitle = (title, row, args, n) => {
    let at = 0
    const filled = String(title).replaceAll(/%([%sdifjoOpcP#$])/g, (whole, kind) => {
      if (kind === '%') return '%'
      if (kind === '#') return String(n)
      if (kind === '$') return String(n + 1)
      if (at >= args.length) return whole
      const value = args[at++]
      return kind === 'p' || kind === 'P' ? (typeof value === 'string' ? '"' + value + '"' : inspect(value, { breakLength: Infinity })) : format('%' + kind, value)
    })
    if (row === null || typeof row !== 'object' || Array.isArray(row)) return filled
    return filled.replaceAll(/\$([A-Za-z_][\w.]*)/g, (whole, name) => {
      const parts = name.split('.')
      if (!(parts[0] in row)) return whole
      const value = parts.reduce((from, part) => from?.[part], row)
      return briefly(value)
    })
  }
  const blockApi = (style) => {
    const { test, describe, hook } = makeApi(style)
    const variants = (base, plain) => Object.assign(base, {
      skip: (name) => plain(name, { skip: true }, () => {}), todo: (name) => plain(name, { skip: true }), only: (...args) => base(...args), sequential: (...args) => base(...args),
      concurrent: (...args) => base(...args), each: eachOf(base), for: (rows) => (title, fn) => rows.forEach((row, n) => base(toTitle(title, row, Array.isArray(row) ? row : [row], n), (context) => fn(row, context))),
      skipIf: (yes) => (yes ? base.skip : base), runIf: (yes) => (yes ? base : base.skip),
      fails: (name) => plain(name, { skip: true }), failing: (name) => plain(name, { skip: true }),
    })
    const it = variants((...args) => void test(...args), test)
    Object.assign(it.only, { each: it.each })
    Object.assign(it.skip, { each: () => it.skip })
    const suite = variants((...args) => void describe(...args), describe)
    Object.assign(suite.only, { each: suite.each })
    Object.assign(suite.skip, { each: () => suite.skip })
    return { it, suite, hook }
  }
  const mochaApi = () => {
    const { it, suite, hook } = blockApi({ self: mochaSelf, call: byCallback })
    const named = (kind) => (name, fn) => hook(kind)(typeof name === 'function' ? name : fn)
    return {
      it, specify: it, test: it, describe: suite, context: suite, suite, xit: it.skip, xdescribe: suite.skip, xcontext: suite.skip, xspecify: it.skip,
      before: named('before'), after: named('after'), beforeEach: named('beforeEach'), afterEach: named('afterEach'),
      suiteSetup: named('before'), suiteTeardown: named('after'), setup: named('beforeEach'), teardown: named('afterEach'),
    }
  }
  const jestApi = () => {
    const { it, suite, hook } = blockApi({ self: () => ({}), call: byCallback, check: () => checkCounts() })
    return {
      it, test: it, fit: it.only, xit: it.skip, xtest: it.skip, describe: suite, fdescribe: suite.only, xdescribe: suite.skip, expect, jest: limited('jest', mocker()),
      beforeAll: hook('before'), afterAll: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
    }
  }
  const vitestApi = () => {
    const { it, suite, hook } = blockApi({
      self: () => undefined, call: byContext, check: () => checkCounts(),
      context: (context) => Object.assign(context, { expect, task: { name: context.name }, skip: (yes = true) => { if (yes) run.state.skip?.() }, onTestFinished: (fn) => context.after(fn), onTestFailed: () => {} }),
    })
    it.extend = () => cannot('test.extend')
    const vi = limited('vi', mocker())
    return {
      it, test: it, describe: suite, suite, expect, vi, vitest: vi, beforeAll: hook('before'), afterAll: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
      assert, onTestFinished: (fn) => void run.state.context?.after(fn), onTestFailed: () => {}, expectTypeOf: () => anything, assertType: () => {}, bench: () => {},
    }
  }
  const anything = new Proxy(() => anything, { get: (from, key) => (key === 'then' ? undefined : anything), apply: () => anything })

  // ---- ava: a test has an object of assertions, and fails without any
  const avaThrown = (error, wanted) => {
    if (wanted === undefined || wanted === null) return error instanceof Error
    const { any, instanceOf, is, message, name, code } = wanted
    return (any || error instanceof Error) && (instanceOf === undefined || error instanceof instanceOf) && (is === undefined || error === is) && (name === undefined || error.name === name) && (code === undefined || error.code === code)
      && (message === undefined || (typeof message === 'function' ? message(error.message) : message instanceof RegExp ? message.test(error.message) : error.message === message))
  }
  const avaApi = () => {
    const toT = (context = { name: 'hook', whole: true, after() {} }) => {
      const at = context.whole ? top : run.state
      let planned
      let count = 0
      const mark = (good, what) => {
        count++
        if (!good) throw new Error(what + ' is not so')
        return true
      }
      const own = {
        title: context.name, get context() { return at.shared ??= { ...top.shared } }, set context(value) { at.shared = value }, passed: true,
        log() {}, timeout() {}, plan: (n) => { planned = n }, teardown: (fn) => context.after(fn),
        pass: () => mark(true), fail: () => mark(false, 'fail'), assert: (value) => mark(value, 'assert'), truthy: (value) => mark(value, 'truthy'), falsy: (value) => mark(!value, 'falsy'),
        true: (value) => mark(value === true, 'true'), false: (value) => mark(value === false, 'false'), is: (a, b) => mark(Object.is(a, b), 'is'), not: (a, b) => mark(!Object.is(a, b), 'not'),
        deepEqual: (a, b) => mark(isDeepStrictEqual(a, b), 'deepEqual'), notDeepEqual: (a, b) => mark(!isDeepStrictEqual(a, b), 'notDeepEqual'), like: (a, b) => mark(isLike(a, b), 'like'),
        unorderedEqual: (a, b) => mark(isDeepStrictEqual(new Set(a), new Set(b)), 'unorderedEqual'),
        regex: (text, pattern) => mark(pattern.test(text), 'regex'), notRegex: (text, pattern) => mark(!pattern.test(text), 'notRegex'),
        throws(fn, wanted) {
          try { fn() } catch (error) { mark(avaThrown(error, wanted), 'throws'); return error }
          mark(false, 'throws')
        },
        async throwsAsync(fn, wanted) {
          try { await (typeof fn === 'function' ? fn() : fn) } catch (error) { mark(avaThrown(error, wanted), 'throwsAsync'); return error }
          mark(false, 'throwsAsync')
        },
        notThrows: (fn) => { fn(); mark(true) }, notThrowsAsync: async (fn) => { await (typeof fn === 'function' ? fn() : fn); mark(true) },
      }
      for (const [key, value] of Object.entries(own)) if (typeof value === 'function' && key !== 'context') value.skip = () => void count++
      context.close = () => { if (planned === undefined ? count === 0 : count !== planned) throw new Error('another number of assertions') }
      return limited('t', own)
    }
    const style = { self: () => undefined, call: (fn, self, context) => fn(toT(context)), check: (context) => context.close?.() }
    const { test, hook } = makeApi(style)
    const add = (...args) => {
      const title = typeof args[0] === 'string' ? args.shift() : undefined
      const [macro, ...given] = args
      const exec = macro.exec ?? macro
      const name = typeof macro.title === 'function' ? macro.title(title, ...given) : title
      void test(name ?? exec.name, (t) => exec(t, ...given))
    }
    const hooks = Object.fromEntries(['before', 'after', 'beforeEach', 'afterEach'].map((kind) => [kind, Object.assign((...args) => hook(kind)(args.at(-1)), { skip() {} })]))
    hooks.after.always = hooks.after
    hooks.afterEach.always = hooks.afterEach
    const variants = { ...hooks, only: add, skip() {}, todo() {}, failing: (title) => void test(title, { skip: true }), macro: (made) => (typeof made === 'function' ? { exec: made } : made) }
    return Object.assign(add, variants, { serial: Object.assign((...args) => add(...args), variants) })
  }

  // ---- tap: a subtest is a test, and its assertions do not end it
  const isDeepEqual = (a, b) => { try { assert.deepEqual(a, b); return true } catch { return false } }
  const isLike = (a, b) => {
    if (b instanceof RegExp) return b.test(String(a))
    if (b === null || typeof b !== 'object') return Object.is(a, b)
    return a !== null && typeof a === 'object' && Object.keys(b).every((key) => isLike(a[key], b[key]))
  }
  const tapApi = () => {
    const caught = (fn) => { try { fn() } catch (error) { return { error } } }
    const settle = async (promise) => { try { await (typeof promise === 'function' ? promise() : promise) } catch (error) { return { error } } }
    const isWanted = (error, wanted) => {
      if (wanted === undefined || typeof wanted === 'string') return true
      if (wanted instanceof RegExp) return wanted.test(String(error?.message ?? error))
      return typeof wanted === 'function' ? error instanceof wanted : isLike(error, wanted instanceof Error ? { message: wanted.message } : wanted)
    }
    const same = (a, b) => Object.is(a, b) || a === b
    const matches = (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.includes(b) : isLike(a, b))
    const makeT = (inner) => {
      let end
      let planned
      let said = 0
      const closed = new Promise((done) => { end = done })
      const say = (good, ...rest) => {
        said++
        inner.own = true
        if (!good && !rest.some((one) => one?.skip || one?.todo)) inner.failed = true
        if (said === planned) end()
        return Boolean(good)
      }
      const t = limited('t', {
        name: inner.path.at(-1), context: {}, comment() {}, setTimeout() {}, end: () => end(), plan: (n) => { planned = n; if (n === said) end() },
        teardown: (fn) => inner.late.push(fn), after: (fn) => inner.late.push(fn), before: (fn) => fn(t),
        beforeEach: (fn) => void inner.hooks.beforeEach.push(() => fn(t)), afterEach: (fn) => void inner.hooks.afterEach.push(() => fn(t)),
        pass: (...rest) => say(true, ...rest), fail: (...rest) => say(false, ...rest), ok: (value, ...rest) => say(value, ...rest), notOk: (value, ...rest) => say(!value, ...rest),
        equal: (a, b, ...rest) => say(same(a, b), ...rest), not: (a, b, ...rest) => say(!same(a, b), ...rest), error: (error, ...rest) => say(!error, ...rest),
        same: (a, b, ...rest) => say(isDeepEqual(a, b), ...rest), notSame: (a, b, ...rest) => say(!isDeepEqual(a, b), ...rest),
        strictSame: (a, b, ...rest) => say(isDeepStrictEqual(a, b), ...rest), strictNotSame: (a, b, ...rest) => say(!isDeepStrictEqual(a, b), ...rest),
        match: (a, b, ...rest) => say(matches(a, b), ...rest), notMatch: (a, b, ...rest) => say(!matches(a, b), ...rest), has: (a, b, ...rest) => say(isLike(a, b), ...rest),
        type: (a, b, ...rest) => say(typeof b === 'string' ? typeof a === b || a?.constructor?.name === b : a instanceof b || Object(a) instanceof b, ...rest), hasProp: (a, key, ...rest) => say(a !== null && a !== undefined && key in Object(a), ...rest),
        throws(fn, wanted, ...rest) { const found = caught(fn); say(found !== undefined && isWanted(found.error, wanted), ...rest); return found?.error }, doesNotThrow: (fn, ...rest) => say(caught(fn) === undefined, ...rest),
        rejects: async (promise, wanted, ...rest) => { const found = await settle(promise); say(found !== undefined && isWanted(found.error, wanted), ...rest); return found?.error },
        resolves: async (promise, ...rest) => say((await settle(promise)) === undefined, ...rest),
        resolveMatch: async (promise, wanted, ...rest) => say(matches(await (typeof promise === 'function' ? promise() : promise), wanted), ...rest),
        test: (...args) => (inner.below = (inner.below ?? Promise.resolve()).then(() => runTest(inner, plan(...args), style))), skip: (...args) => runTest(inner, { ...plan(...args), options: { skip: true } }, style), todo: (...args) => runTest(inner, { ...plan(...args), options: { skip: true } }, style),
      })
      return { t, closed, check: () => { if (planned !== undefined && planned !== said) throw new Error('another number of assertions') } }
    }
    const style = {
      self: () => undefined, ownOnly: true,
      call: async (fn, self, context, inner) => {
        const { t, closed, check } = makeT(inner)
        const got = fn(t)
        if (typeof got?.then === 'function') await got
        else await closed
        await inner.below
        check()
      },
    }
    const { test, hook } = makeApi(style)
    const own = {
      test: (...args) => test(...args), skip: (...args) => test(plan(...args).name, { skip: true }, () => {}), end() {}, plan() {}, comment() {}, setTimeout() {}, autoend() {},
      beforeEach: (fn) => hook('beforeEach')(() => fn({})), afterEach: (fn) => hook('afterEach')(() => fn({})), before: (fn) => fn(), teardown: (fn) => hook('after')(fn), after: (fn) => hook('after')(fn),
    }
    own.todo = own.skip
    // What stands outside of all subtests is one test of the file, which is over when the file is.
    const outside = () => (top.outside ??= (() => {
      const inner = { file: top.file, path: ['top level'], hooks: top.hooks, late: [], failed: false }
      return { inner, ...makeT(inner) }
    })())
    return new Proxy(own, { get: (from, key) => (key in from || typeof key === 'symbol' || key === 'then' || key === 't' ? (key === 't' ? tap : from[key]) : outside().t[key]) })
  }
  const tap = tapApi()

  // ---- which module or global is what
  const mocha = mochaApi()
  const jest = jestApi()
  const vitest = vitestApi()
  const ava = avaApi()
  const dialects = { mocha: { api: mocha, main: mocha }, '@jest/globals': { api: jest, main: jest }, vitest: { api: vitest, main: vitest }, ava: { api: {}, main: ava }, tap: { api: Object.fromEntries(['test', 'skip', 'beforeEach', 'afterEach', 'teardown'].map((key) => [key, tap[key]])), main: tap } }
  const globals = { mocha, jest, vitest }
`
