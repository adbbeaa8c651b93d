import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPeopleBench } from './people-bench.ts'
import { finish, mend } from '../e2e/harness.ts'

const rules = '../.config/writ/policy/release/rules.cedar'
const bundle = { '../.config/writ/policy/release/bundle.yaml': 'id: release\nversion: "1"\nowner: me\n' }
const deliver = 'principal, action == Writ::Action::"deliver", resource'

describe('the policy on bringing a result in', () => {
  test('a denial holds whoever says yes; a question is answered by the person who accepts', async () => {
    const bench = await openPeopleBench([{ calls: [mend] }, { calls: [finish()] }], { contract: `goal: mend the sum\nchecks: ['grep -q "total = 0" src/sum.js']\n` })
    try {
      const ran = await bench.writ('run', '--contract', 'contract.yaml')
      assert.equal(ran.code, 0, ran.stderr)
      const head = (): string => bench.machine.git('rev-parse', 'HEAD')
      const before = head()
      bench.machine.write({ ...bundle, [rules]: `@id("freeze")\n@reason("{branch} is frozen.")\nforbid (${deliver}) when { resource.branch == "main" };\n` })
      for (const more of [[], ['--yes'], ['--unproven', '--yes'], ['--strategy', 'patch', '--yes']]) {
        const { code, stderr } = await bench.writ('accept', 'latest', ...more)
        assert.equal(code, 2, stderr)
        assert.match(stderr, /may not be brought into main: main is frozen\. \(release:freeze/)
      }
      assert.equal(head(), before)
      assert.equal(bench.machine.git('status', '--porcelain'), '')

      bench.machine.write({ [rules]: `@id("look")\n@answer("ask")\n@reason("Look at it first.")\nforbid (${deliver});\n` })
      const asked = await bench.writ('accept', 'latest')
      assert.equal(asked.code, 2, asked.stderr)
      assert.match(asked.stderr, /the policy asks a person before .* Look at it first\. \(release:look.*writ accept \S+ --yes/)
      assert.equal(head(), before)
      const taken = await bench.writ('accept', 'latest', '--yes')
      assert.equal(taken.code, 0, taken.stderr)
      assert.notEqual(head(), before)
    } finally {
      await bench.remove()
    }
  })

  test('--apply is nobody, so what asks is left to a person', async () => {
    const bench = await openPeopleBench([{ calls: [mend] }, { calls: [finish()] }], {
      contract: `goal: mend the sum\nchecks: ['grep -q "total = 0" src/sum.js']\n`,
      files: { ...bundle, [rules]: `@id("look")\n@answer("ask")\n@reason("Look at it first.")\nforbid (${deliver});\n` },
    })
    try {
      const before = bench.machine.git('rev-parse', 'HEAD')
      const ran = await bench.writ('run', '--contract', 'contract.yaml', '--apply')
      assert.match(ran.stderr, /leaves it to a person whether .* is brought into main: Look at it first\./)
      assert.equal(bench.machine.git('rev-parse', 'HEAD'), before)
      const [ended] = bench.events().filter((event) => event.type === 'run.ended')
      assert.equal(ended?.type === 'run.ended' && ended.data.outcome, 'proven')
    } finally {
      await bench.remove()
    }
  })
})
