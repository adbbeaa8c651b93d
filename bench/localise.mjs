// `node bench/localise.mjs [LINES]`: how long the built-in solver takes to find the suspicious places of a program of 20,000 lines, beyond
// what its tests take by themselves, and at which place it ranks the fault that was put in. Python and JavaScript, plain processes.
import { chooseLane } from '../src/adapters/solver-repair/lane/choose-lane.ts'
import { findGroups } from '../src/adapters/solver-repair/read-tests.ts'
import { readEvidence } from '../src/adapters/solver-repair/localise/evidence.ts'
import { localise, rankPlaces } from '../src/adapters/solver-repair/localise/localise.ts'
import { readProject } from '../src/adapters/solver-repair/project.ts'
import { makeContract } from '../test/repair/repair-fault.ts'
import { ScratchLab } from '../test/repair/scratch-lab.ts'
import { toTable } from './figures.mjs'

const lines = Number(process.argv[2] ?? 20_000)
const moduleLines = 500
const modules = Math.max(1, Math.round(lines / moduleLines))
const perFunction = 10

/** Modules of functions that call each other and the module before; one comparison in the middle one is wrong. */
function makeProgram(language) {
  const files = new Map(language === 'javascript' ? [['package.json', '{"type":"module"}\n']] : [['src/__init__.py', ''], ['test/__init__.py', '']])
  const faulty = { module: Math.floor(modules / 2), fn: 7 }
  let place
  for (let m = 0; m < modules; m++) {
    const text = []
    if (m > 0) text.push(language === 'javascript' ? `import { f0 as before } from './m${m - 1}.mjs'` : `from src.m${m - 1} import f0 as before`)
    else text.push(language === 'javascript' ? 'const before = (x, limit) => x - limit' : 'before = lambda x, limit: x - limit')
    for (let f = 0; f < moduleLines / perFunction; f++) {
      const isFaulty = m === faulty.module && f === faulty.fn
      const call = f === 0 ? 'before(x, limit)' : `f${f - 1}(x, limit)`
      if (isFaulty) place = { path: `src/m${m}.${language === 'javascript' ? 'mjs' : 'py'}`, line: text.length + 3 }
      const sign = isFaulty ? '<=' : '<'
      text.push(...(language === 'javascript'
        ? [`export function f${f}(x, limit) {`, `  let total = ${f}`, `  if (x ${sign} limit) {`, '    total += x', '  } else {', f % 5 === 0 ? `    total += ${f + 1}` : `    total -= ${call} % 3`, '  }', `  for (let i = 0; i < ${f % 4}; i++) total += i`, '  return total', '}']
        : [`def f${f}(x, limit):`, `    total = ${f}`, `    if x ${sign} limit:`, '        total += x', '    else:', f % 5 === 0 ? `        total += ${f + 1}` : `        total -= ${call} % 3`, `    for i in range(${f % 4}):`, '        total += i', '    return total', '']))
    }
    files.set(`src/m${m}.${language === 'javascript' ? 'mjs' : 'py'}`, `${text.join('\n')}\n`)
    files.set(...makeTests(language, m))
  }
  return { files, place }
}

/** Calls on both sides of the limit for every function; the fault is seen where x is the limit of the function that has it. */
function makeTests(language, m) {
  const of = (f) => {
    const right = (n, x, limit) => {
      let total = n + (x < limit ? x : n % 5 === 0 ? n + 1 : -(right(n - 1, x, limit) % 3))
      for (let i = 0; i < n % 4; i++) total += i
      return total
    }
    return [[2, 5], [5, 2], [4, 4]].map(([x, limit]) => [x, limit, right(f, x, limit)])
  }
  const cases = Array.from({ length: moduleLines / perFunction }, (_, f) => [f, of(f)])
  const text = language === 'javascript'
    ? [`import assert from 'node:assert/strict'`, `import { test } from 'node:test'`, `import * as m from '../src/m${m}.mjs'`, ...cases.map(([f, all]) => `test('f${f} of m${m}', () => { ${all.map(([x, limit, want]) => `assert.equal(m.f${f}(${x}, ${limit}), ${want})`).join('; ')} })`)]
    : ['import unittest', `from src import m${m} as m`, `class M${m}(unittest.TestCase):`, ...cases.flatMap(([f, all]) => [`    def test_f${f}(self):`, ...all.map(([x, limit, want]) => `        self.assertEqual(m.f${f}(${x}, ${limit}), ${want})`)])]
  return [language === 'javascript' ? `test/m${m}.test.mjs` : `test/test_m${m}.py`, `${text.join('\n')}\n`]
}

const rows = []
for (const language of ['javascript', 'python']) {
  const { files, place } = makeProgram(language)
  const contract = makeContract(language === 'javascript' ? 'node --test' : 'python3 -m unittest discover -s test -t .')
  const lab = new ScratchLab(files, 600_000)
  try {
    const outcome = await lab.tryFiles(new Map(), contract.checks[0], { timeoutMs: 300_000 })
    const [group] = await findGroups({ task: { tests: [], checks: [] }, contract, outcomes: [outcome] }, lab)
    if (group === undefined) throw new Error(`no test fails: ${outcome.tail}`)
    const began = performance.now()
    const [project, survey] = await Promise.all([
      readProject(lab, group.family, group.files, { contract, task: { scope: [] }, wasmDir: undefined }),
      chooseLane(lab, group, 2).then((lane) => lane.survey(30_000)),
    ])
    const measured = performance.now()
    const evidence = readEvidence(group.failing, [outcome], lab.home, new Set([...project.sources.keys(), ...project.tests.keys()]))
    const heat = localise({ failing: group.failing, testFiles: group.files, measured: survey?.tests, clues: { evidence, recent: [], findings: [] } }, project.sources, project.tests)
    const places = rankPlaces(project.sources.values(), heat)
    const ended = performance.now()
    const best = places.find((one) => one.path === place.path && one.line === place.line)
    const rank = best === undefined ? 'not found' : places.filter(({ suspicion }) => suspicion > best.suspicion).length + (1 + places.filter(({ suspicion }) => suspicion === best.suspicion).length) / 2
    const sourceLines = [...files].filter(([path]) => path.startsWith('src/')).reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0)
    rows.push([language, sourceLines, (outcome.tests?.cases ?? []).length, survey?.tests.length ?? 0, outcome.durationMs / 1000, (measured - began) / 1000, (ended - measured) / 1000, `${rank} of ${places.length}`])
  } finally {
    lab.dispose()
  }
}
process.stdout.write(`${toTable(['program', 'lines', 'tests', 'of them measured', 'their run, s', 'reading and measuring, s', 'ranking, s', 'place of the fault'], rows)}\n`)
