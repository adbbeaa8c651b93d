import { nodeCover } from './node-cover.ts'
import { nodeDialects } from './node-dialects.ts'
import { nodeExpect } from './node-expect.ts'
import { nodeProbe } from './node-probe.ts'
import { nodeWatch } from './node-watch.ts'

/**
 * Runs inside the sandbox, in the tested project's own Node: an ES module given to `node -e`, with one JSON job list on stdin
 * and one JSON line per finished job on stdout. The parent hands jobs to children and kills what hangs; a child loads the
 * project's modules afresh for each job through module hooks, with one file's text replaced, and runs test files with a small
 * stand-in for their runner. Kept as text because it must reach a process that sees none of our files.
 */
export const nodeHarness = String.raw`
import { spawn } from 'node:child_process'
import * as nodeModule from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import assert from 'node:assert'
import { format, inspect, isDeepStrictEqual } from 'node:util'

if (process.env.WRIT_LANE_CHILD) child()
else parent()
${nodeCover}${nodeWatch}
function parent() {
  if (typeof nodeModule.registerHooks !== 'function') {
    console.log(JSON.stringify({ unsupported: process.version }))
    return
  }
  const work = JSON.parse(fs.readFileSync(0, 'utf8'))
  const queue = work.jobs.slice()
  let until = Date.now() + work.budgetMs
  const source = process.env.WRIT_LANE_SOURCE
  /** Tests of one file that are found not to end, one after the other. */
  const mostStuck = 4
  let live = 0
  let ready = 0
  let opened = 0
  const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')
  // What a heap's bound does not count (buffers, what is beside the heap): looked at where a job takes longer than most.
  const heldKb = (pid) => { try { return Number(/^RssAnon:\s+(\d+)/m.exec(fs.readFileSync('/proc/' + pid + '/status', 'latin1'))?.[1] ?? 0) } catch { return 0 } }
  const open = () => {
    const args = ['--max-old-space-size=384', '--no-warnings', '--experimental-strip-types', '--input-type=module', '-e', source]
    const env = { ...process.env, WRIT_LANE_CHILD: '1', NODE_ENV: process.env.NODE_ENV ?? 'test' }
    const kid = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'], env, cwd: work.root })
    live++
    opened++
    let current
    let timer
    let watch
    const rest = () => { clearTimeout(timer); clearInterval(watch) }
    const next = () => {
      rest()
      current = Date.now() < until ? queue.shift() : undefined
      if (current === undefined) return kid.kill('SIGKILL')
      timer = setTimeout(() => finish('timeout'), current.perMs)
      watch = setInterval(() => { if (heldKb(kid.pid) > 600 * 1024) finish('crash') }, 50)
      kid.send({ job: current })
    }
    let probed = []
    let probing
    const takeProbed = () => {
      const seen = probing === undefined ? probed : [...probed, [...probing, 'does not end']]
      probed = []
      probing = undefined
      return current?.probe ? { probed: seen } : {}
    }
    const finish = (ended) => {
      rest()
      if (current !== undefined) say({ id: current.id, ended, tests: [], ...takeProbed() })
      current = undefined
      kid.kill('SIGKILL')
    }
    // A test that does not end is named by the watch; the rest of its job goes on without it.
    let told = ''
    kid.stdio[4].setEncoding('utf8')
    kid.stdio[4].on('data', (chunk) => {
      told += chunk
      if (!told.endsWith('\n') || current === undefined) return
      const { stuck } = JSON.parse(told)
      const skip = [...(current.skip ?? []), stuck.name]
      const passedOver = current.watch.passOver?.length ?? 0
      say({ ...toStuckLine(fs.realpathSync(work.root), stuck), id: current.id })
      if (!current.files.includes(stuck.name) && stuck.name !== work.program && skip.length - passedOver <= mostStuck) queue.unshift({ ...current, skip })
      current = undefined
      kid.kill('SIGKILL')
    })
    kid.on('message', (answer) => {
      if (answer.probing) return void (probing = answer.probing)
      if (answer.probed) { probing = undefined; return void probed.push(answer.probed) }
      if (answer.ready) ready++
      if (answer.result) {
        say({ ...answer.result, id: current.id, ...takeProbed() })
        // A job that mends all it can reach is what we look for: its neighbours in rank are tried, then enough.
        if (answer.result.whole && current.targets) until = Math.min(until, Date.now() + work.graceMs)
      }
      current = undefined
      next()
    })
    kid.on('exit', () => {
      rest()
      if (current !== undefined) say({ id: current.id, ended: 'crash', tests: [], ...takeProbed() })
      live--
      if (queue.length > 0 && Date.now() < until && opened < ready + 3) open()
    })
    kid.send({ init: { root: work.root, keep: work.keep, runner: work.runner, program: work.program, named: work.named } })
  }
  for (let i = 0; i < Math.min(work.width, queue.length); i++) open()
}

function child() {
  // Tests may put clocks of their own in the place of these.
  const { setTimeout, clearTimeout, setImmediate } = globalThis
  const bases = new Map()
  const stripped = new Map()
  const run = { root: '', keep: new Set(), turn: 0, texts: new Map(), state: undefined }
  const marker = '?writ='
  const lane = { runner: undefined, program: undefined, named: {} }
  const stand = {}
  globalThis[Symbol.for('writ.lane')] = stand
  /** Texts that were made anew, since more than types had to go, with the map that says where they come from. */
  const remade = new Map()
  const toScript = (text, plain) => {
    try { return nodeModule.stripTypeScriptTypes(text) } catch { /* enums, parameter properties, namespaces */ }
    const made = nodeModule.stripTypeScriptTypes(text, { mode: 'transform', sourceMap: true, sourceUrl: plain })
    remade.set(plain, made)
    watch?.learn()
    return made
  }
  const maps = openMaps(run, remade)
  /** Bundlers' habits that Node does not share: paths without an ending, and .js where the file is .ts. */
  const findModule = (specifier, context, next) => {
    try { return next(specifier, context) } catch (error) {
      if (!/^[.]{0,2}[/]/.test(specifier) || !context.parentURL?.startsWith(run.rootUrl)) throw error
      const plain = specifier.replace(/[.][cm]?jsx?$/, '')
      for (const ending of ['.ts', '.js', '.mts', '.mjs', '/index.ts', '/index.js'])
        for (const stem of new Set([specifier, plain]))
          try { return next(stem + ending, context) } catch { continue }
      throw error
    }
  }
  const inside = (url) => url.startsWith(run.rootUrl) && !url.includes('/node_modules/')
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      const known = specifier === 'test' ? 'node:test' : specifier
      if (Object.hasOwn(stand, known) && !context.parentURL?.includes('/node_modules/')) {
        const required = context.conditions?.includes('require')
        return { url: 'writ-lane:' + known + (required ? '.cjs' : ''), format: required ? 'commonjs' : 'module', shortCircuit: true }
      }
      const found = findModule(specifier, context, next)
      if (context.conditions?.includes('require') || !inside(found.url) || found.url.includes('?')) return found
      return { ...found, url: found.url + marker + run.turn }
    },
    load(url, context, next) {
      if (url.startsWith('writ-lane:')) {
        const required = url.endsWith('.cjs')
        const name = url.slice('writ-lane:'.length, required ? -4 : undefined)
        const from = 'globalThis[Symbol.for("writ.lane")][' + JSON.stringify(name) + ']'
        const source = 'export default ' + from + '.main\n' + Object.keys(stand[name].api).map((key) => 'export const ' + key + ' = ' + from + '.api.' + key).join('\n')
        return { format: required ? 'commonjs' : 'module', source: required ? 'module.exports = ' + from + '.main' : source, shortCircuit: true }
      }
      const plain = url.split('?')[0]
      if (!inside(plain)) return next(url, context)
      let base = bases.get(plain)
      if (base === undefined) {
        const loaded = next(plain, { ...context, format: undefined })
        base = { format: loaded.format, source: loaded.source == null ? loaded.source : loaded.source.toString() }
        bases.set(plain, base)
      }
      const file = fileURLToPath(plain)
      const text = run.texts.get(file)
      const changed = text !== undefined
      const format = base.format === 'module-typescript' ? 'module' : base.format === 'commonjs-typescript' ? 'commonjs' : base.format
      if (format !== base.format) {
        if (changed) return { format, source: toScript(text, plain), shortCircuit: true }
        if (!stripped.has(plain)) stripped.set(plain, toScript(fs.readFileSync(file, 'utf8'), plain))
        return { format, source: stripped.get(plain), shortCircuit: true }
      }
      if (changed) return { format, source: text, shortCircuit: true }
      return { format, source: base.source ?? fs.readFileSync(file, 'utf8'), shortCircuit: true }
    },
  })

  // ---- the stand-in for node:test
  let top
  let cover
  let watch
  /** Guarded loops ask here at each turn. */
  let loopUntil = Infinity
  let turns = 0
  globalThis.writLoop = () => { if ((++turns & 255) === 0 && performance.now() > loopUntil) { if (run.state) run.state.wentRound = true; throw new Error('it does not end') } }
  let realMock
  const hooksOf = () => ({ before: [], after: [], beforeEach: [], afterEach: [], begun: undefined })
  const openRoot = (file, url) => ({ file, url, path: [], hooks: hooksOf(), parent: undefined, chain: Promise.resolve(), children: undefined })
  let collecting
  const plan = (name, options, fn) => {
    if (typeof name === 'function') return { name: name.name || '<anonymous>', options: {}, fn: name }
    if (name !== null && typeof name === 'object') return { name: (options?.name) || '<anonymous>', options: name, fn: options }
    if (typeof options === 'function') return { name: String(name), options: {}, fn: options }
    return { name: String(name), options: options ?? {}, fn }
  }
  const plainName = (owner, name) => [owner.file, ...owner.path, name].filter((part) => part !== undefined).map((part) => part.replaceAll(/\s+/g, ' ').trim()).join(' › ')
  /** The line of a test's own file in which an error came up. */
  const lineOf = (error) => {
    const stack = typeof error?.stack === 'string' ? error.stack : ''
    const from = top?.url === undefined ? -1 : stack.indexOf(top.url + ':')
    return from === -1 ? undefined : Number.parseInt(stack.slice(from + top.url.length + 1), 10) || undefined
  }
  /** As the report names the next test of this name. */
  const nextName = (plain) => { const count = run.state.counts.get(plain) ?? 0; return count === 0 ? plain : plain + ' #' + (count + 1) }
  const seen = (owner, name, status, ms = 0, more = {}) => {
    const state = run.state
    const plain = plainName(owner, name)
    const full = nextName(plain)
    state.counts.set(plain, (state.counts.get(plain) ?? 0) + 1)
    state.tests.push({ name: full, status, ms, ...more })
    if (status === 'failed' && run.keep.has(full)) state.bailed = true
    if (state.targets?.delete(full)) {
      if (status === 'passed') state.mended = true
      if (state.targets.size === 0 && !state.mended) state.bailed = true
    }
    return full
  }
  const begin = async (owner) => {
    if (owner === undefined) return
    await begin(owner.parent)
    owner.hooks.begun ??= (async () => { for (const hook of owner.hooks.before) await callHook(hook) })()
    await owner.hooks.begun
  }
  const callHook = async (hook, context) => {
    const style = styles.get(hook)
    if (style !== undefined && style.ownOnly !== true) await style.call(hook, selfOf(style, context), context, top)
    else if (hook.length > 1) await new Promise((done, fail) => hook(context ?? {}, (error) => (error ? fail(error) : done())))
    else await hook(context ?? {})
  }
  const each = async (owner, kind, context) => {
    if (owner === undefined) return
    if (kind === 'beforeEach') await each(owner.parent, kind, context)
    for (const hook of owner.hooks[kind]) await callHook(hook, context)
    if (kind === 'afterEach') await each(owner.parent, kind, context)
  }
  const makeContext = (owner, name, inner, state) => {
    const tracker = new realMock.constructor()
    state.clean.push(() => tracker.reset())
    const abort = new AbortController()
    state.clean.push(() => abort.abort())
    const note = () => {}
    const context = {
      name, fullName: [...owner.path, name].join(' > '), filePath: path.join(run.root, owner.file), signal: abort.signal, mock: tracker, passed: false, error: null, attempt: 0,
      diagnostic: note, runOnly: note, plan: note, assert: { ...assert, ...Object.fromEntries(Object.keys(assert).map((key) => [key, assert[key]])) },
      skip: () => { state.skipped = true }, todo: () => { state.skipped = true },
      before: (hook) => hook(context), after: (hook) => inner.late.push(hook),
      beforeEach: (hook) => inner.hooks.beforeEach.push(hook), afterEach: (hook) => inner.hooks.afterEach.push(hook),
      async waitFor(condition, options = {}) {
        const until = Date.now() + (options.timeout ?? 1000)
        for (;;) {
          try { return await condition() } catch (error) { if (Date.now() > until) throw error }
          await new Promise((done) => setTimeout(done, options.interval ?? 50))
        }
      },
    }
    context.test = (...args) => runTest(inner, plan(...args))
    return context
  }
  const runTest = async (owner, { name, options, fn }, style = plainStyle) => {
    const state = { skipped: false, clean: [] }
    const mine = run.state
    mine.unable = false
    mine.shared = undefined
    mine.claims = 0
    mine.wanted = undefined
    if (mine.bailed || mine.over) return
    if (mine.only && owner.late === undefined && !mine.wholes.has(owner.file) && !mine.only.has(plainName(owner, name))) return
    if (options.skip || options.todo || fn === undefined) return void seen(owner, name, 'skipped')
    const own = nextName(plainName(owner, name))
    if (mine.passOver?.has(own)) return void mine.counts.set(plainName(owner, name), (mine.counts.get(plainName(owner, name)) ?? 0) + 1)
    const began = performance.now()
    const inner = { file: owner.file, path: [...owner.path, name], hooks: hooksOf(), parent: owner, late: [], failed: false }
    inner.hooks.begun = Promise.resolve()
    let failure
    const fail = (error) => { failure ??= { error } }
    const outerFail = mine.fail
    mine.fail = fail
    mine.skip = () => { state.skipped = true; throw skipping }
    if (style.ownOnly !== true || owner.late === undefined) cover?.start()
    watch?.enter(own, options.timeout)
    loopUntil = performance.now() + (mine.loopMs ?? Infinity) / (mine.wentRound ? 2 : 1)
    let more
    try {
      await begin(owner)
      const context = style.context === undefined ? makeContext(owner, name, inner, state) : style.context(makeContext(owner, name, inner, state))
      mine.context = context
      await each(owner, 'beforeEach', context)
      try {
        const limit = Number.isFinite(options.timeout) ? options.timeout : watch ? 3 * watch.patienceFor(own) : 60_000
        let timer
        const tooLong = new Promise((_, no) => {
          timer = setTimeout(() => { if (watch && !Number.isFinite(options.timeout)) more = { endless: true }; no(new Error('test timed out')) }, limit).unref()
          mine.stuck.push(no)
        })
        const body = Promise.resolve(style.call(fn, selfOf(style, context), context, inner))
        try { await Promise.race([body, tooLong]) } finally { clearTimeout(timer) }
        style.check?.(context)
        if (options.plan === undefined) context.passed = true
      } catch (error) { if (error !== skipping) fail(error); context.error = error }
      for (const hook of inner.late) await callHook(hook, context)
      await each(owner, 'afterEach', context)
    } catch (error) { if (error !== skipping) fail(error) }
    for (const clean of state.clean) clean()
    watch?.leave()
    await new Promise((done) => setImmediate(done))
    mine.fail = outerFail
    if (style.ownOnly !== true && (failure || inner.failed)) { owner.failed = true; owner.error ??= failure?.error ?? inner.error }
    if (style.ownOnly === true && inner.own !== true && !failure && inner.nested) return
    owner.nested = true
    const full = seen(owner, name, mine.unable || state.skipped ? 'skipped' : failure || inner.failed ? 'failed' : 'passed', performance.now() - began, { at: lineOf(failure?.error ?? inner.error), ...more })
    mine.unable = false
    cover?.stop(full)
  }
  const skipping = new Error('skipped')
  const styles = new WeakMap()
  const plainStyle = { call: (fn, self, context) => (fn.length > 1 ? new Promise((done, no) => fn(context, (error) => (error ? no(error) : done()))) : fn.call(context, context)) }
  /** What a body calls this: one object for the whole file, as mocha's tests expect. */
  const selfOf = (style, context) => (style.self === undefined ? context : (top.self ??= style.self()))
  const runSuite = async (suite) => {
    try { await suite.ready } catch { return void seen(suite.parent, suite.path.at(-1), 'failed') }
    for (const item of suite.children) {
      if (run.state.bailed || run.state.over) return
      await item()
    }
    if (suite.hooks.begun) for (const hook of suite.hooks.after) await callHook(hook)
  }
  const add = (item) => {
    if (collecting !== undefined) return void collecting.children.push(item)
    const root = top
    root.chain = root.chain.then(item).catch(() => { root.broken = true })
    return root.chain.then(() => undefined)
  }
  const makeApi = (style) => ({
    test(...args) {
      const asked = plan(...args)
      const owner = collecting ?? top
      return add(() => runTest(owner, asked, style)) ?? Promise.resolve()
    },
    describe(...args) {
      const { name, options, fn } = plan(...args)
      const owner = collecting ?? top
      if (options.skip || options.todo || fn === undefined) return Promise.resolve()
      const suite = { file: owner.file, path: [...owner.path, name], hooks: hooksOf(), parent: owner, children: [] }
      const outer = collecting
      collecting = suite
      try { suite.ready = Promise.resolve(fn.call(selfOf(style, {}), { name, fullName: suite.path.join(' > ') })) } catch (error) { suite.ready = Promise.reject(error); suite.ready.catch(() => {}) }
      collecting = outer
      return add(() => runSuite(suite)) ?? Promise.resolve()
    },
    hook: (kind) => (fn) => {
      if (style !== plainStyle) styles.set(fn, style)
      ;(collecting ?? top).hooks[kind].push(fn)
    },
  })
  const { test, describe, hook } = makeApi(plainStyle)
  const variants = (base) => Object.assign(base, {
    skip: (...args) => { const asked = plan(...args); return base(asked.name, { ...asked.options, skip: true }, asked.fn) },
    todo: (...args) => { const asked = plan(...args); return base(asked.name, { ...asked.options, todo: true }, asked.fn) },
    only: (...args) => base(...args),
  })
  variants(test)
  variants(describe)
  const api = Object.assign(test, {
    test, it: test, describe, suite: describe, before: hook('before'), after: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'), assert,
    get mock() { return realMock },
  })
${nodeExpect}${nodeDialects}
  Object.assign(stand, { 'node:test': { api, main: api }, ...dialects })

${nodeProbe}
  const late = (error) => { const state = run.state; if (state?.fail) state.fail(error); else if (state) state.loose = true }
  process.on('uncaughtException', late)
  process.on('unhandledRejection', late)
  process.exit = (code) => {
    const state = run.state
    if (lane.program !== undefined && state && state.exit === undefined) state.exit = Number(code ?? process.exitCode ?? 0)
    throw new Error('process.exit was called')
  }

  // Nothing more can happen, and a test still waits: as the real runner does, it fails.
  process.on('beforeExit', () => {
    const state = run.state
    if (state === undefined) return
    if (state.drained) { state.drained(); state.drained = undefined; return }
    if (state.stuck.length === 0) state.give?.()
    for (const stop of state.stuck.splice(0)) stop(new Error('nothing is left to wait for'))
  })

  /** A file that is a program of its own: it is over when nothing is left to do, and passes with exit code 0. */
  const runProgram = async (file, state) => {
    const url = pathToFileURL(path.join(run.root, file)).href + marker + run.turn
    top = openRoot(file, url)
    let failure
    state.fail = (error) => { failure ??= { error } }
    process.argv = [process.execPath, path.join(run.root, file)]
    cover?.start()
    const began = performance.now()
    const drained = new Promise((done) => { state.drained = done })
    try { await import(url) } catch (error) { failure ??= { error } }
    if (state.exit === undefined && failure === undefined) await drained
    state.drained = undefined
    const code = state.exit ?? (failure ? 1 : Number(process.exitCode ?? 0))
    process.exitCode = undefined
    const bad = code !== 0 || state.tests.some((test) => test.status === 'failed')
    state.tests = []
    const status = bad ? 'failed' : 'passed'
    seen({ file: undefined, path: [] }, lane.program, status, performance.now() - began, lineOf(failure?.error))
    cover?.stop(lane.program)
    return state
  }
  const runFile = async (file, state) => {
    watch?.enter(lane.program ?? file)
    loopUntil = performance.now() + (state.loopMs === undefined ? Infinity : state.loopMs + 500)
    try { return await (lane.program !== undefined ? runProgram(file, state) : runTests(file, state)) } finally { watch?.leave() }
  }
  const runTests = async (file, state) => {
    const url = pathToFileURL(path.join(run.root, file)).href + marker + run.turn
    const root = openRoot(lane.named[file] ?? file, url)
    top = root
    try {
      await import(url)
    } catch (error) {
      seen(root, undefined, 'failed')
    }
    for (let before; before !== root.chain;) { before = root.chain; await before }
    if (root.outside) seen(root, 'top level', state.unable ? 'skipped' : root.outside.inner.failed ? 'failed' : 'passed')
    if (root.hooks.begun) for (const hook of root.hooks.after) await callHook(hook)
    if (state.wholes?.has(root.file) && !state.counts.has(root.file)) {
      const own = state.tests.filter((test) => test.name.startsWith(root.file + ' › '))
      seen(root, undefined, own.some((test) => test.status === 'failed') ? 'failed' : own.some((test) => test.status === 'passed') ? 'passed' : 'skipped')
    }
    return state
  }
  process.on('message', async ({ init, job }) => {
    if (init) {
      run.root = fs.realpathSync(init.root)
      run.rootUrl = pathToFileURL(run.root).href + '/'
      run.keep = new Set(init.keep)
      realMock = process.getBuiltinModule('node:test').mock
      lane.runner = init.runner
      lane.program = init.program
      lane.named = init.named ?? {}
      Object.assign(globalThis, globals[init.runner])
      process.send({ ready: true })
      return
    }
    process.channel.unref()
    const began = performance.now()
    run.turn++
    run.texts = new Map([...(job.path === undefined ? [] : [job]), ...(job.others ?? [])].map((one) => [path.join(run.root, one.path), one.text]))
    const probe = job.probe ? openProbe() : undefined
    for (const key of Object.keys(nodeModule.default._cache)) if (key.startsWith(run.root + path.sep) && !key.includes('node_modules')) delete nodeModule.default._cache[key]
    const state = { tests: [], counts: new Map(), covers: {}, bailed: false, over: false, fail: undefined, mended: false, stuck: [], undo: [] }
    if (job.only) {
      state.only = new Set()
      for (const name of job.only) {
        const parts = name.replace(/ #\d+$/, '').split(' › ')
        for (let i = 1; i <= parts.length; i++) state.only.add(parts.slice(0, i).join(' › '))
      }
      state.targets = new Set(job.targets)
      /** Files that could not be loaded on the base: they are mended where they can be, and all their tests pass. */
      state.wholes = new Set(job.only.filter((name) => job.files.some((file) => (lane.named[file] ?? file) === name)))
    }
    run.state = state
    state.passOver = new Set(job.skip)
    state.loopMs = job.loopMs
    if (job.watch) watch ??= await openWatch(run.rootUrl, remade, job.watch)
    if (job.cover) cover = await openCover(state, (plain) => inside(plain) && !plain.includes('/[eval'), maps)
    let ended = 'done'
    try {
      const gone = new Promise((_, no) => { state.give = () => no(new Error('the file never ended')) })
      const all = (async () => { for (const file of job.files) if (!state.bailed) await runFile(file, state) })()
      await Promise.race([all, gone])
    } catch (error) { ended = 'crash' }
    process.channel.ref()
    state.over = true
    cover?.close()
    cover = undefined
    for (const undo of state.undo.reverse()) undo()
    doubles.clear()
    realMock.reset()
    realMock.restoreAll()
    await probe?.run()
    await new Promise((done) => setImmediate(done))
    run.state = undefined
    const good = new Set(state.tests.filter((test) => test.status === 'passed').map((test) => test.name))
    const whole = ended === 'done' && !state.bailed && job.targets?.every((name) => good.has(name))
    process.send({ result: { whole, ended: state.bailed ? 'bailed' : ended, tests: state.tests, covers: job.cover ? state.covers : undefined, ms: performance.now() - began } })
  })
}
`
