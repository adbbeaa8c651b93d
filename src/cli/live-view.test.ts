import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewEvent } from '../protocol/events/event.ts'
import { storeEvents, storedStory, storyEvents, storyOpening } from '../testing/sample-story.ts'
import { displayWidth } from './display-width.ts'
import { createLiveView, type LiveStream } from './live-view.ts'

/** As much of a terminal as the view uses: rows of text, a cursor, and what it must not do. */
function createScreen(columns: number, rows = 24) {
  const lines: string[] = ['']
  let row = 0
  let column = 0
  let isCursorShown = true
  let widest = 0
  const put = (char: string): void => {
    const line = (lines[row] ?? '').padEnd(column)
    lines[row] = line.slice(0, column) + char + line.slice(column + char.length)
    column += char.length
    widest = Math.max(widest, displayWidth(lines[row] ?? ''))
  }
  const obey = (code: string): void => {
    const up = /^\[(\d+)A$/.exec(code)
    if (up) {
      row -= Number(up[1])
      assert.ok(row >= 0, 'the cursor went above the screen')
    } else if (code === '[J') {
      lines[row] = (lines[row] ?? '').slice(0, column)
      lines.length = row + 1
    } else if (code === '[?25l') isCursorShown = false
    else if (code === '[?25h') isCursorShown = true
    else assert.match(code, /^\[(\?2026[hl]|[\d;]*m)$/, `an unexpected control sequence: ${JSON.stringify(code)}`)
  }
  const stream: LiveStream = {
    isTTY: true, columns, rows,
    write(text) {
      for (const [token] of text.matchAll(/\u001B(\[[0-9;?]*[A-Za-z])|[^\u001B]/gu)) {
        if (token.startsWith('\u001B')) obey(token.slice(1))
        else if (token === '\n') {
          row += 1
          column = 0
          lines[row] ??= ''
        } else if (token === '\r') column = 0
        else put(token)
      }
    },
  }
  return { stream, lines, get isCursorShown() { return isCursorShown }, get widest() { return widest } }
}

/** As a run that gives its tasks to others begins. */
function withPlan(event: NewEvent): NewEvent {
  return event.type === 'run.opened' ? { ...event, data: { ...event.data, planning: { workers: 4, tests: false, review: 'none' } } } : event
}

describe('the view on a terminal', () => {
  it('keeps its moving lines below the facts and takes them away at the end', () => {
    const screen = createScreen(100)
    const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 1000 })
    const events = storedStory({ solver: 'repair' })
    for (const event of events.slice(0, -1)) view.onEvent(event)
    assert.equal(screen.isCursorShown, false)
    assert.match(screen.lines.at(-1) ?? '', /3 candidates found/)
    view.note('Stopping … (once more to stop at once)')
    assert.match(screen.lines.at(-1) ?? '', /3 candidates found/)
    const last = events.at(-1)
    if (last) view.onEvent(last)
    assert.equal(screen.isCursorShown, true)
    const text = screen.lines.join('\n')
    assert.equal(text.match(/candidates found|deciding what is next/g), null)
    for (const fact of ['Stopping …', 'npm test: 42 tests: 39 pass, 3 fail', '☐ t3 Mend', '✓ t3 Mend', 'Refuse an empty secret', '✓ proven: 3 tests that failed pass now', 'result ']) assert.ok(text.includes(fact), fact)
  })

  it('has a line for what each child run is at, as many as there is room for', () => {
    for (const [rows, shown] of [[24, 4], [10, 3]] as const) {
      const screen = createScreen(100, rows)
      const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 1000 })
      for (const event of storeEvents(storyEvents().slice(0, -1).map(withPlan))) view.onEvent(event)
      for (const task of ['sum', 'shout', 'all', 'docs']) view.onLive({ kind: 'child', run: `run_${task}`, task, step: `edit ${task}.js · turn 2/9`, spent: { turns: 1, inputTokens: 1000, cachedTokens: 0, outputTokens: 50, usd: 0.25, unpriced: false } })
      view.note('now')
      const region = screen.lines.slice(screen.lines.indexOf('now') + 1)
      assert.match(region[0] ?? '', /4 side by side/)
      // What the children have spent is spent of the run's budget.
      assert.match(region[1] ?? '', /^ {2}1 of 1 task done · 7 of \d+ turns · .*\$1\.0/)
      assert.equal(region.length, 2 + shown)
      assert.match(region[2] ?? '', /sum: edit sum\.js · turn 2\/9/)
      assert.match(region.at(-1) ?? '', shown === 4 ? /docs: edit docs\.js/ : /and 2 more/)
      view.stop()
    }
  })

  it('leaves the screen to whoever is asked something, and shows afterwards what happened meanwhile', () => {
    const screen = createScreen(100)
    const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 1000 })
    const events = storedStory()
    for (const event of events.slice(0, 8)) view.onEvent(event)
    const release = view.hold()
    screen.stream.write('Approve ap_1? ')
    assert.equal(screen.isCursorShown, true)
    for (const event of events.slice(8, -1)) view.onEvent(event)
    assert.match(screen.lines.at(-1) ?? '', /Approve ap_1\? $/)
    screen.stream.write('y\n')
    release()
    release()
    const text = screen.lines.join('\n')
    assert.ok(text.indexOf('Approve ap_1? y') < text.indexOf('✓ proven'), text)
    view.stop()
  })

  it('is never wider than the terminal, whatever its size and whatever comes', () => {
    for (const columns of [8, 20, 41, 80, 200]) {
      const screen = createScreen(columns)
      const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 0 })
      for (const event of storedStory({ goal: `${'很長的目標 '.repeat(40)}\u001B[2J👩‍👩‍👧 end` })) {
        view.onEvent(event)
        view.onLive({ kind: 'output', callId: 'c', text: '日本語 \u001B[10;10H output \u0007\n'.repeat(20) })
        view.onLive({ kind: 'progress', label: 'candidates of a very long name', done: 30, total: 80 })
      }
      view.stop()
      assert.ok(screen.widest <= columns, `${screen.widest} of ${columns} columns`)
    }
  })

  it('takes one line where the terminal is low', () => {
    const screen = createScreen(80, 4)
    const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 0 })
    const [opened] = storeEvents(storyOpening())
    if (opened) view.onEvent(opened)
    assert.match(screen.lines.at(-1) ?? '', /reading the request/)
    assert.equal(screen.lines.length, 4)
    view.stop()
  })

  it('can be stopped at any time and as often as one likes, and comes back with the next event', () => {
    const screen = createScreen(80)
    const view = createLiveView({ stream: screen.stream, isTty: true, now: () => 0 })
    view.stop()
    const events = storedStory()
    for (const event of events.slice(0, 7)) view.onEvent(event)
    view.stop()
    view.stop()
    const before = screen.lines.join('\n')
    view.onLive({ kind: 'status', text: 'while a question is asked' })
    assert.equal(screen.lines.join('\n'), before)
    assert.equal(screen.isCursorShown, true)
    for (const event of events.slice(7, 9)) view.onEvent(event)
    assert.equal(screen.isCursorShown, false)
    view.stop()
    assert.equal(screen.isCursorShown, true)
  })
})

describe('the view elsewhere', () => {
  it('repeats of a resumed run only which it is and its goal, and still knows its calls and tasks', () => {
    const events = storedStory({ solver: 'repair' })
    for (const isTty of [false, true]) {
      const screen = createScreen(100)
      const view = createLiveView({ stream: screen.stream, isTty, now: () => 0 })
      const at = events.findIndex((event) => event.type === 'tool.called') + 1
      view.remember(events.slice(0, at))
      assert.deepEqual(screen.lines.map((line) => line.trim().split(/ +/)[0]), ['run', 'base', 'goal', ''])
      assert.equal(screen.isCursorShown, true)
      for (const event of events.slice(at)) view.onEvent(event)
      const text = screen.lines.join('\n')
      assert.match(text, /edit +service\/money\.ts {3}\+1 −1/)
      assert.match(text, /✓ t1 Mend the failing test/)
    }
  })

  it('writes a line for each fact with its time, and no control codes', () => {
    let text = ''
    const view = createLiveView({ stream: { write: (part) => (text += part) }, isTty: false, now: () => 0 })
    const events = storedStory({ goal: 'a\u001B[31m goal\nin two lines\u0007' })
    for (const event of events) {
      view.onEvent(event)
      view.onLive({ kind: 'text', text: 'on its way' })
    }
    view.stop()
    assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/)
    assert.match(text, /^ 0:00 {2}goal {5}a goal in two lines$/m)
    assert.match(text, /^ 0:0\d {2}edit {5}service\/money\.ts {3}\+1 −1 · 3 ms$/m)
    assert.match(text, /^ 0:\d\d {2}end {6}✓ proven: /m)
    assert.doesNotMatch(text, /on its way/)
    assert.ok(text.split('\n').every((line) => line === '' || /^ \d:\d\d {2}/.test(line)))
  })

  it('says in words which plan was proposed, and why it was not taken', () => {
    let text = ''
    const view = createLiveView({ stream: { write: (part) => (text += part) }, isTty: false, now: () => 0 })
    for (const event of storedStory()) {
      if (event.type === 'tool.called') view.onEvent({ ...event, data: { ...event.data, name: 'propose_plan', input: { tasks: [{ id: 'sum' }, { id: 'all' }] } } })
      else if (event.type === 'tool.returned') view.onEvent({ ...event, data: { ...event.data, name: 'propose_plan' } })
      else view.onEvent(event)
      if (event.type === 'plan.proposed') view.onEvent({ ...event, type: 'observation.made', data: { task: '', kind: 'plan', text: 'The plan was not taken:\n- sum names c9, which is no check\nCall propose_plan again with the whole plan.' } })
    }
    view.stop()
    assert.match(text, /propose… +2 tasks: sum, all/)
    assert.match(text, /plan +The plan was not taken: - sum names c9, which is no check/)
    assert.doesNotMatch(text, /\{"/)
  })

  it('shows a refused call as refused and a red command as red', () => {
    let text = ''
    const view = createLiveView({ stream: { write: (part) => (text += part) }, isTty: false, now: () => 0 })
    for (const event of storedStory()) {
      view.onEvent(event.type === 'tool.returned' && event.data.name === 'shell' ? { ...event, data: { ...event.data, detail: { exitCode: 1 } } } : event)
    }
    assert.match(text, /write {4}✗ test\/retry\.test\.ts {3}denied: /)
    assert.match(text, /shell {4}! node --test test\/retry\.test\.ts {3}exit 1 · 418 ms/)
  })

  it('says which test files were run, what new tests should do on the base, and names a file once', () => {
    let text = ''
    const view = createLiveView({ stream: { write: (part) => (text += part) }, isTty: false, now: () => 0 })
    const story = storyEvents()
    const proof = story.findIndex((event) => event.type === 'proof.started')
    const whole = story.find((event) => event.type === 'check.finished')
    assert.ok(whole?.type === 'check.finished')
    const { tests: _, ...outcome } = whole.data.outcome
    const check = (purpose: 'near' | 'self-made' | 'canary', status: 'passed' | 'failed', files: string): NewEvent => ({ type: 'check.finished', data: { purpose, outcome: { ...outcome, status, exitCode: status === 'passed' ? 0 : 1, notes: [`narrowed to ${files}`] } } })
    const patched: NewEvent[] = [
      { type: 'tool.called', data: { turn: 1, callId: 'p', name: 'patch', input: { patch: '*** Begin Patch\n*** Update File: backup.sh\n' }, effect: 'reversible', key: outcome.output.digest, decision: { effect: 'allow', rules: [], policy: outcome.output.digest, reason: '' } } },
      { type: 'tool.returned', data: { turn: 1, callId: 'p', name: 'patch', status: 'ok', text: '', detail: { files: [{ path: 'backup.sh', added: 1, removed: 1 }] }, durationMs: 3 } },
    ]
    const checks = [check('near', 'passed', 'test/a.test.js, test/b.test.js'), story[proof] as NewEvent, check('self-made', 'failed', 'test/new.test.js'), check('self-made', 'passed', 'test/new.test.js'), check('canary', 'failed', 'test/a.test.js'), story[proof] as NewEvent, check('self-made', 'passed', 'test/new.test.js')]
    for (const event of storeEvents([...story.slice(0, proof), ...patched, ...checks])) view.onEvent(event)
    assert.match(text, /near {5}✓ 2 test files near the change \(test\/a\.test\.js, test\/b\.test\.js\): passes/)
    assert.match(text, /new {6}✓ new tests, on the base \(test\/new\.test\.js\): fail, as they should · /)
    assert.match(text, /new {6}✓ new tests, on the result \(test\/new\.test\.js\): passes/)
    assert.match(text, /new {6}! new tests, on the base \(test\/new\.test\.js\): pass already, so they show nothing/)
    assert.match(text, /canary {3}✓ a planted test that must fail is reported as failed/)
    assert.match(text, /patch {4}backup\.sh \+1 −1 · 3 ms/)
  })
})
