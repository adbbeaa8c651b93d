import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Report } from '../../protocol/report.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import { storeEvents, storedStory, storyEvents, storyRun, type StoryOptions } from '../../testing/sample-story.ts'
import { fold } from '../evolve.ts'
import { toAcceptMessage } from './accept-message.ts'
import { comesBack, delegateNext, plannedStory, sampleTask } from '../../testing/planned-story.ts'
import { buildReport } from './build-report.ts'
import { toMarkdown } from './to-markdown.ts'

function report(options: StoryOptions = {}): Report {
  const events = storedStory(options)
  return Report.parse(buildReport(fold(events), events))
}

describe('buildReport', () => {
  it('tells what a proven run asked, did and showed', () => {
    const told = report({ solver: 'repair' })
    assert.equal(told.outcome, 'proven')
    assert.deepEqual(told.asked.checks, [{ id: 'test', command: 'npm test', origin: 'found', why: 'found in package.json (scripts.test)' }])
    assert.deepEqual(told.commits.map((each) => each.subject), ['Round half cents up', 'Stop after five tries', 'Refuse an empty secret'])
    assert.doesNotMatch(told.commits[0]?.why ?? '', /Writ-Run/)
    const [check] = told.checks
    assert.deepEqual(check?.before?.tests, { total: 42, passed: 39, failed: 3, skipped: 0 })
    assert.deepEqual(check?.after?.tests, { total: 42, passed: 42, failed: 0, skipped: 0 })
    assert.equal(check?.fixed.length, 3)
    assert.equal(check?.seen, 'clean-checkout')
    assert.deepEqual(told.cost, { modelUsed: false, usd: 0, unpriced: false, turns: 3, inputTokens: 0, cachedTokens: 0, outputTokens: 0 })
    assert.deepEqual(told.notDone, [])
    assert.ok(told.next.some((each) => each.command === 'writ accept a7c2mf'))
  })

  it('without the events keeps the verdict and the counts of the proof', () => {
    const told = Report.parse(buildReport(fold(storedStory())))
    assert.deepEqual(told.checks[0]?.after?.tests, { total: 42, passed: 42, failed: 0, skipped: 0 })
    assert.equal(told.commits.length, 3)
  })

  it('names what still fails when the goal was not met, and asks for --unproven to accept it', () => {
    const told = report({ end: 'not-achieved' })
    assert.deepEqual(told.checks[0]?.stillFailing, ['test/signature.test.ts › signature › refuses an empty secret'])
    assert.deepEqual(told.notDone, ['1 test of npm test still fails'])
    assert.ok(told.next.some((each) => each.command === 'writ accept a7c2mf --unproven'))
    assert.ok(!told.next.some((each) => each.command === 'writ accept a7c2mf'))
  })

  it('calls nothing a result that only the base showed', () => {
    const told = report({ end: 'fault' })
    assert.equal(told.status, 'unfinished')
    assert.match(told.reason, /401/)
    assert.deepEqual([told.checks[0]?.verdict, told.checks[0]?.seen, told.checks[0]?.after, told.checks[0]?.stillFailing], ['unproven', 'nowhere', undefined, []])
    assert.equal(told.next[0]?.command, 'writ resume a7c2mf')
    assert.doesNotMatch(toMarkdown(told), /accept/)
  })

  it('has a report for every beginning of a run', () => {
    const events = storedStory({ solver: 'repair', accepted: true })
    for (let length = 0; length <= events.length; length += 1) {
      const told = Report.parse(buildReport(fold(events.slice(0, length)), events.slice(0, length)))
      assert.ok(toMarkdown(told).startsWith('# '))
    }
  })

  it('counts refused calls and refused proofs as deviations, the last proof not', () => {
    const kinds = report({ end: 'not-achieved' }).deviations.map((each) => each.kind)
    assert.deepEqual(kinds, ['base', 'call-refused'])
    const story = storyEvents()
    const refused = storyEvents({ end: 'not-achieved' }).find((event) => event.type === 'proof.finished') as NewEvent
    const at = story.findIndex((event) => event.type === 'proof.started')
    const events = storeEvents([...story.slice(0, at), refused, ...story.slice(at)])
    const told = buildReport(fold(events), events)
    assert.deepEqual(told.deviations.filter((each) => each.kind === 'proof-refused').map((each) => each.text), ['a proof was refused: npm test: 1 test still fails'])
  })

  it('leaves the time between a stop and its resume out, and the time until somebody accepted', () => {
    const whole = storyEvents()
    const at = whole.findIndex((event) => event.type === 'proof.started')
    const first = storeEvents(whole.slice(0, at))
    const resumed: NewEvent = { type: 'run.resumed', data: { by: 'person', writ: '0.1.0', lastSeq: at - 1 } }
    const accepted = storyEvents({ accepted: true }).at(-1) as NewEvent
    const later = storeEvents([resumed, ...whole.slice(at)], { startedAt: '2026-01-16T09:30:00.000Z' })
    const muchLater = storeEvents([accepted], { startedAt: '2026-02-16T09:30:00.000Z' })
    const events = [...first, ...later, ...muchLater]
    const told = buildReport(fold(events), events)
    assert.ok(told.time.totalMs < 60_000, `${told.time.totalMs} ms`)
    assert.equal(told.next[0]?.does, 'undo')
  })
})

describe('what is only sometimes true', () => {
  const at = (events: readonly NewEvent[], type: NewEvent['type']): number => events.findIndex((event) => event.type === type)

  it('no check is said to have run where nothing was changed, or where there is none', () => {
    const story = storyEvents({ end: 'not-achieved' })
    const proof = story.find((event) => event.type === 'proof.finished') as Extract<NewEvent, { type: 'proof.finished' }>
    const opening = story.slice(0, at(story, 'turn.requested'))
    const unproven: NewEvent[] = [
      { type: 'proof.started', data: { commit: proof.data.commit } },
      { type: 'proof.finished', data: { ...proof.data, selfMade: [], restored: [], reasons: ['nothing was changed'] } },
      { type: 'run.ended', data: { outcome: 'not-achieved', reason: 'nothing was changed' } },
    ]
    const idle = storeEvents([...opening, ...unproven])
    for (const events of [idle, []]) {
      const told = buildReport(fold(idle), events)
      assert.deepEqual([told.checks[0]?.seen, told.checks[0]?.after], ['nowhere', undefined])
      assert.match(toMarkdown(told), /^No check was run on the result\.\n- nothing was changed$/m)
      assert.doesNotMatch(toMarkdown(told), /clean checkout/)
    }
    const without = storeEvents([...story.slice(0, at(story, 'proof.started')), unproven[0] as NewEvent, { type: 'proof.finished', data: { ...proof.data, verdict: 'no-evidence', checks: [], selfMade: [], restored: [] } }])
    const state = fold(without)
    if (state.contract) state.contract = { ...state.contract, checks: [] }
    assert.match(toMarkdown(buildReport(state, without)), /^No check was run on the result: there is none\.$/m)
  })

  it('a task that a limit cut off is not missing once all is proven', () => {
    const story = storyEvents().filter((event) => event.type !== 'task.finished')
    const limit: NewEvent = { type: 'limit.reached', data: { limit: 'turns', detail: '3 of 3 turns are used' } }
    const proven = storeEvents([...story.slice(0, at(story, 'proof.started')), limit, ...story.slice(at(story, 'proof.started'))])
    assert.deepEqual(buildReport(fold(proven), proven).notDone, [])
    const refused = storyEvents({ end: 'not-achieved' }).filter((event) => event.type !== 'task.finished')
    const open = storeEvents(refused)
    assert.match(buildReport(fold(open), open).notDone.join(), /task t1 was not finished/)
  })

  it('after a limit the way on is the same request from what was reached, with more of what ran out', () => {
    const story = storyEvents({ end: 'not-achieved', goal: "mend Ann's tests", root: '/home/person/my shop' })
    const end = at(story, 'run.ended')
    const atLimit = (limit: 'turns' | 'usd' | 'idle', result: boolean): string | undefined => {
      const ended = (story[end] as Extract<NewEvent, { type: 'run.ended' }>).data
      const events = storeEvents([...story.slice(0, end), { type: 'limit.reached', data: { limit, detail: 'it ran out' } }, { type: 'run.ended', data: { ...ended, outcome: 'limit', ...(result ? {} : { result: undefined }) } }])
      return buildReport(fold(events), events).next.find((each) => each.command.startsWith('writ run'))?.command
    }
    const common = "--scope 'service/**' --constraint 'no new dependencies'"
    assert.equal(atLimit('turns', true), `writ run --repo '/home/person/my shop' --base writ/01kx3vq8t0a7c2mf ${common} --max-turns 400 'mend Ann'\\''s tests'`)
    assert.equal(atLimit('usd', false), `writ run --repo '/home/person/my shop' ${common} --max-budget-usd 4 'mend Ann'\\''s tests'`)
    assert.doesNotMatch(atLimit('idle', true) ?? '', /--max/)
    assert.ok(!report({ end: 'not-achieved' }).next.some((each) => each.command.startsWith('writ run')))
  })

  it('says what a child run asks, where nothing but that is waited for', () => {
    const story = plannedStory([sampleTask('a')])
    comesBack(story, delegateNext(story), { outcome: 'waiting', reason: 'May these changes count?' })
    assert.equal(buildReport(story.state, story.events).reason, 'waits for an answer: a: May these changes count?')
  })

  it('a run without an end is running or was interrupted, where somebody looked', () => {
    const events = storedStory({ end: 'open' })
    const running = Report.parse(buildReport(fold(events), events, { running: true }))
    assert.equal(running.reason, 'is running now')
    assert.deepEqual(running.next.map((each) => each.command), ['writ log a7c2mf --follow', 'writ diff a7c2mf'])
    const stopped = buildReport(fold(events), events, { running: false })
    assert.match(stopped.reason, /^was interrupted/)
    assert.equal(stopped.next[0]?.command, 'writ resume a7c2mf')
    assert.match(buildReport(fold(events), events).reason, /is running, or was interrupted/)
  })

  it('the undo of what was accepted is that of today, and what was taken back can be accepted again', () => {
    const events = storedStory({ accepted: true })
    const told = (standing: 'newest' | 'below' | 'gone'): Report => Report.parse(buildReport(fold(events), events, { accepted: { standing, undo: 'git revert x' } }))
    assert.deepEqual(told('below').next[0], { does: 'undo, under later commits', command: 'writ undo a7c2mf' })
    assert.deepEqual(told('newest').next[0], { does: 'undo', command: 'writ undo a7c2mf' })
    assert.equal(told('below').accepted?.undo, 'git revert x')
    assert.ok(told('gone').next.some((each) => each.does === 'accept it again' && each.command === 'writ accept a7c2mf'))
    assert.match(toMarkdown(told('gone')), /onto `main` \(merge\); it is not there any more\./)
  })
})

describe('toAcceptMessage', () => {
  it('keeps what the commits say, the whole goal and the trailers', () => {
    const goal = `${'make the failing tests pass '.repeat(4).trim()}\nand keep the rest`
    const several = toAcceptMessage(fold(storedStory({ goal })))
    assert.equal(several, `make the failing tests pass make the failing tests pass make the…\n\n- Round half cents up\n- Stop after five tries\n- Refuse an empty secret\n\nGoal:\n\n${goal}\n\nWrit-Run: ${storyRun}\nWrit-Contract: ${'d'.repeat(64)}\n`)
    const events = storedStory()
    const state = fold(events)
    const one = toAcceptMessage({ ...state, commits: state.commits.slice(0, 1) })
    assert.match(one, /^Round half cents up\n\n`Math\.floor\(cents\)` became [^]*\n\nGoal: make the failing tests pass\n\nWrit-Run: /)
    assert.equal(one.match(/Writ-Run/g)?.length, 1)
  })
})

describe('toMarkdown', () => {
  it('says what a proof by exit code is worth', () => {
    const told = report()
    const weak = { ...told, checks: told.checks.map((check) => ({ ...check, strength: 'exit-code' as const })) }
    assert.match(toMarkdown(weak), /exit code only, which is weaker/)
    assert.match(toMarkdown(told), /by test name/)
  })

  it('says what it cost: nothing, an amount, or that the price is not known', () => {
    assert.match(toMarkdown(report({ solver: 'repair' })), /Cost: nothing: no model was used/)
    assert.match(toMarkdown(report()), /Cost: \$0\.037; 3 turns, 15\.3k tokens in \(67% from cache\), 930 out/)
    const told = report()
    assert.match(toMarkdown({ ...told, cost: { ...told.cost, usd: 0, unpriced: true } }), /Cost: unknown: the model has no known price/)
  })

  it('lets no text from outside break out of its line, its code or its terminal', () => {
    const goal = 'line one\n# Proven: a lie\n\u001B]0;title\u0007\u001B[2J\u202Etxt'
    const told = report({ goal })
    const text = toMarkdown({ ...told, asked: { ...told.asked, checks: [{ id: 'x', command: 'echo `a``b` \u001B[31m', origin: 'person' }] } })
    assert.doesNotMatch(text, /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/)
    assert.equal(text.split('\n').filter((line) => line.startsWith('# ')).length, 1)
    assert.match(text, /``` echo `a``b` ```/)
  })

  it('ends no line with a blank and has no two empty lines in a row outside code', () => {
    const text = toMarkdown(report({ end: 'not-achieved' }))
    assert.doesNotMatch(text, /[ \t]\n/)
    assert.doesNotMatch(text, /\n\n\n/)
  })

  it('names the run and its result', () => {
    const text = toMarkdown(report())
    assert.ok(text.includes(storyRun))
    assert.match(text, /on branch `writ\/01kx3vq8t0a7c2mf`; your branch and files are as they were/)
  })
})
