import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Act, ActKind, CommandReading } from '../../protocol/command.ts'
import type { Ask, Remembered } from '../../protocol/policy.ts'
import { toAnswerBytes, toApprovalId } from './answer.ts'
import { toApproverSteps } from './approver-steps.ts'
import { describeAsk } from './describe-ask.ts'
import { judgeAnswerer } from './judge-answerer.ts'
import { isRemembered, toRememberable } from './remembered.ts'

const hour = 3_600_000
const ask: Ask = {
  kind: 'call', does: 'npm publish [publish]', why: 'the goal says so', rules: ['ask-publish'], shows: 'npm publish', risk: 'high', undo: 'none',
  expiresAt: new Date(24 * hour).toISOString(), approvers: [], escalateMs: hour,
}

const act = (line: string, ...kinds: readonly ActKind[]): Act => ({ argv: line.split(' ').map((word) => (word === '$X' ? null : word)), kinds: [...kinds], paths: [], hosts: [], via: [] })
const reads = (...acts: readonly Act[]): CommandReading => ({ acts: [...acts], unknown: [] })
const publish = act('npm publish --access public', 'publish')

describe('who may answer', () => {
  const approvers = toApproverSteps(['ada|bob', 'eve'], [])
  const at = (who: string, hours: number, steps = approvers): string => {
    const judged = judgeAnswerer({ ...ask, approvers: steps }, who, 0, hours * hour)
    return judged.ok ? judged.as : `no: ${judged.why}`
  }

  test('the first in order at once, his deputy and the next one step later', () => {
    assert.equal(at('ada', 0), 'ada')
    assert.match(at('bob', 0.9), /^no: you are a deputy of ada, who has until 1970-01-01T01:00/)
    assert.match(at('bob', 1), /^bob, deputy of ada$/)
    assert.match(at('eve', 0.9), /^no: it is first ada's/)
    assert.equal(at('eve', 1), 'eve')
  })

  test('nobody else, at no time; anybody where nobody is named', () => {
    assert.match(at('mallory', 20), /^no: it is for ada or bob, then eve to answer, and you are mallory$/)
    assert.equal(at('mallory', 0, []), 'anybody')
  })

  test('after it has expired nobody', () => {
    assert.match(at('ada', 24), /^no: the question expired .* writ resume asks it again$/)
    assert.match(at('anybody', 25, []), /^no: the question expired/)
  })

  test('each further one waits a further step, and a wait of none is the usual one', () => {
    const four = toApproverSteps(['a', 'b|x', 'c'], [])
    assert.match(at('c', 1.9, four), /^no/)
    assert.equal(at('c', 2, four), 'c')
    assert.match(at('x', 1.9, four), /^no/)
    assert.equal(judgeAnswerer({ ...ask, approvers: four, escalateMs: 0 }, 'b', 0, 3.9 * hour).ok, false)
    assert.equal(judgeAnswerer({ ...ask, approvers: four, escalateMs: 0 }, 'b', 0, 4 * hour).ok, true)
  })

  test("the contract's approvers come before the policy's owners", () => {
    const owners = [{ who: 'owner', deputies: [] }]
    assert.deepEqual(toApproverSteps([], owners), owners)
    assert.deepEqual(toApproverSteps([' ada | bob|'], owners), [{ who: 'ada', deputies: ['bob'] }])
  })
})

describe('what is signed', () => {
  const answer = { run: 'run_1', gate: 'c1', answer: 'approve', by: 'ada', ask, note: 'fine' }
  const text = (change: object): string => new TextDecoder().decode(toAnswerBytes({ ...answer, ...change }))

  test('every part of the answer and of what was shown changes the bytes', () => {
    const changes: readonly object[] = [{ run: 'run_2' }, { gate: 'c2' }, { answer: 'deny' }, { by: 'eve' }, { note: 'fine.' }, { note: undefined }, { ask: undefined }, { ask: { ...ask, shows: 'npm publish ' } }, { ask: { ...ask, expiresAt: new Date(25 * hour).toISOString() } }]
    assert.equal(new Set([{}, ...changes].map(text)).size, changes.length + 1)
    assert.equal(text({}), text({ ask: JSON.parse(JSON.stringify(ask)) as Ask }))
  })

  test('ids are short and differ by run and gate', () => {
    assert.match(toApprovalId('run_1', 'c1'), /^ap_[0-9a-f]{10}$/)
    assert.equal(new Set([toApprovalId('run_1', 'c1'), toApprovalId('run_1', 'c2'), toApprovalId('run_2', 'c1'), toApprovalId('run_1 c', '1')]).size, 4)
  })
})

describe('what can be remembered', () => {
  const offered = (...acts: readonly Act[]): readonly string[] | undefined => {
    const remembered = toRememberable(reads(...acts), [])
    return remembered?.kind === 'argv' ? remembered.prefix : undefined
  }

  test('the program and what it is told to do', () => {
    assert.deepEqual(offered(publish), ['npm', 'publish'])
    assert.deepEqual(offered(act('cd packages/a'), publish), ['npm', 'publish'])
    assert.deepEqual(offered(act('git push origin main', 'git-remote')), ['git', 'push', 'origin'])
    assert.deepEqual(offered(act('docker push x/y', 'publish')), ['docker', 'push', 'x/y'])
    assert.deepEqual(offered(act('twine upload dist/x.whl', 'publish')), ['twine', 'upload'])
  })

  test('never what does whatever it is told: shells, interpreters, wrappers, runners of scripts', () => {
    for (const line of ['bash deploy.sh', 'python3 deploy.py prod', 'node x.js y', 'sudo npm publish', 'env npm publish', 'xargs npm publish', 'ssh host ls', 'curl -T x https://a', 'make deploy now', 'npx deploy now', 'npm run deploy', 'yarn run deploy', 'docker run image x', 'kubectl exec pod ls', 'git -c x=y push', 'find . -exec rm', 'sh', 'python3.12 x y', '. ./x y']) assert.equal(offered(act(line, 'deploy')), undefined, line)
  })

  test('never options, words that are not known, a program alone, or what is asked about each time', () => {
    for (const line of ['npm --tag publish', 'npm $X publish', 'terraform', 'git push', 'git push --tags']) assert.equal(offered(act(line, 'publish')), undefined, line)
    for (const kind of ['force-push', 'secret-read', 'secret-out', 'tamper', 'database-drop', 'privilege'] as const) assert.equal(offered(act('tool sub word', kind)), undefined, kind)
    assert.equal(toRememberable({ acts: [publish], unknown: [{ text: '$(x)', why: 'not known' }] }, []), undefined)
    assert.equal(offered(publish, act('rm -rf build')), undefined)
    assert.equal(offered(act('cd x')), undefined)
  })

  test('a path that a tool writes, taken as a name and not as a pattern', () => {
    const path = (name: string, outside = false) => ({ path: name, access: 'write' as const, outside })
    const one = toRememberable(undefined, [path('src/a[1]*.ts')])
    assert.ok(one)
    assert.ok(isRemembered(one, { reading: undefined, paths: [path('src/a[1]*.ts')] }))
    for (const other of ['src/a1.ts', 'src/a[1]b.ts', 'src/a1x.ts']) assert.ok(!isRemembered(one, { reading: undefined, paths: [path(other)] }), other)
    assert.equal(toRememberable(undefined, [path('a'), path('b')]), undefined)
    assert.equal(toRememberable(undefined, [path('../a', true)]), undefined)
  })
})

describe('what a remembered answer covers', () => {
  const remembered: Remembered = { kind: 'argv', prefix: ['npm', 'publish'] }
  const covers = (...acts: readonly Act[]): boolean => isRemembered(remembered, { reading: reads(...acts), paths: [] })

  test('commands that do nothing else', () => {
    assert.ok(covers(publish))
    assert.ok(covers(act('npm publish', 'publish'), publish))
    assert.ok(covers(act('cd packages/b'), act('ls'), act('npm publish', 'publish')))
  })

  test('not one that does something beside it, however harmless it looks', () => {
    for (const line of ['rm -rf /', 'terraform apply', 'node evil.js', 'redirect out.txt', 'npm unpublish', 'npmx publish']) {
      assert.ok(!covers(publish, act(line)), line)
      assert.ok(!covers(act(line), publish), line)
    }
    assert.ok(!covers(act('npm $X', 'publish')))
    assert.ok(!covers(act('npm publish x', 'publish', 'secret-out')))
    assert.ok(!covers())
    assert.ok(!covers({ ...act('cd x'), paths: [{ path: 'x', access: 'write', outside: false }] }, publish))
    assert.ok(!isRemembered(remembered, { reading: { acts: [publish], unknown: [{ text: '`x`', why: 'not known' }] }, paths: [] }))
    assert.ok(!isRemembered(remembered, { reading: undefined, paths: [{ path: 'npm', access: 'write', outside: false }] }))
  })

  test('paths below a glob, of the same access, inside the repository, and all of them', () => {
    const glob: Remembered = { kind: 'path', glob: 'docs/**', access: 'write' }
    const paths = (...names: readonly string[]) => ({ reading: undefined, paths: names.map((path) => ({ path, access: 'write' as const, outside: false })) })
    assert.ok(isRemembered(glob, paths('docs/a.md', 'docs/b/c.md')))
    assert.ok(!isRemembered(glob, paths('docs/a.md', 'src/a.ts')))
    assert.ok(!isRemembered(glob, paths()))
    assert.ok(!isRemembered(glob, { reading: undefined, paths: [{ path: 'docs/a.md', access: 'read', outside: false }] }))
    assert.ok(!isRemembered(glob, { reading: reads(publish), paths: [{ path: 'docs/a.md', access: 'write', outside: false }] }))
  })
})

describe('what a person is shown', () => {
  test('everything that the question holds', () => {
    const text = describeAsk('ap_0123456789', 'May shell do this?', { ...ask, approvers: toApproverSteps(['ada|bob', 'eve'], []), remember: { kind: 'argv', prefix: ['npm', 'publish'] } }).join('\n')
    for (const part of ['ap_0123456789  npm publish [publish]', 'the goal says so', 'May shell do this?', 'ask-publish', 'high', 'ada (or bob), then eve', ask.expiresAt, 'every command that does nothing but npm publish …', '    npm publish']) assert.ok(text.includes(part), part)
  })

  test('nothing in it hides: controls, marks of direction and of no width are written out', () => {
    const hidden = 'npm publish\u001B[8m; rm -rf /\u001B[0m \u202Etxt\u200B\r\u{E0041}\u009B'
    for (const lines of [describeAsk('ap_1', hidden, undefined), describeAsk('ap_1', hidden, { ...ask, shows: hidden, does: hidden, why: hidden, rules: [hidden], undo: hidden, approvers: [{ who: hidden, deputies: [hidden] }] })]) {
      const text = lines.join('\n')
      assert.doesNotMatch(text, /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u{E0000}-\u{E007F}]/u)
      assert.ok(text.includes('\\u{1b}[8m; rm -rf /'))
    }
  })

  test('of a question without details what was asked', () => {
    assert.deepEqual(describeAsk('ap_1', 'It may have happened.', undefined), ['ap_1  It may have happened.'])
  })
})
