// `node bench/policy.mjs`: what a decision of the policy costs, and what making the policy ready does.
import { digestOf } from '../src/domain/digest.ts'
import { builtinBundle } from '../src/adapters/policy-cedar/builtin-bundle.ts'
import { createCedarPolicy } from '../src/adapters/policy-cedar/cedar-policy.ts'
import { toPolicyQuestion, decideQuestion } from '../src/adapters/policy-cedar/case-question.ts'
import { median, quantile, toTable } from './figures.mjs'

const act = (line, more = {}) => ({ argv: line.split(' '), kinds: [], paths: [], hosts: [], via: [], ...more })
const acts = [
  act('npm ci', { kinds: ['package-install', 'registry'], hosts: ['registry.example'] }),
  act('rm -rf dist', { kinds: ['recursive-delete'], paths: [{ path: 'dist', access: 'write', outside: false }] }),
  act('node scripts/build.mjs', { paths: [{ path: 'scripts/build.mjs', access: 'read', outside: false }] }),
  act('git push origin main', { kinds: ['git-remote'] }),
  act('grep -rn TODO src', { paths: [{ path: 'src', access: 'read', outside: false }] }),
]
const grants = ['registry.example:443']
const questions = {
  'an edit': { tool: 'edit', input: { path: 'src/a.ts', old: 'x'.repeat(2000), new: 'y' }, paths: [{ path: 'src/a.ts', access: 'write', outside: false }], scope: ['src/**'], grants },
  'a shell command of 5 programs': { tool: 'shell', input: { command: acts.map(({ argv }) => argv.join(' ')).join(' && ') }, acts, grants },
  'an integration of 20 files': { integrate: Array.from({ length: 20 }, (_, n) => `src/part-${n}.ts`) },
}

/** Rules as an organisation writes them: a quarter about each of commands, paths, changes and change windows. */
function toExtra(count) {
  const text = Array.from({ length: count }, (_, n) => {
    const head = `@id("extra-${n}") @reason("Extra {command}{paths}.") forbid (principal, action`
    switch (n % 4) {
      case 0: return `${head} == Writ::Action::"exec", resource) when { resource.line like "tool${n} publish*" || resource.argv.contains("--danger-${n}") };`
      case 1: return `${head} == Writ::Action::"path.write", resource) when { resource.path like "secret-area-${n}/*" } unless { context.autonomy >= 4 };`
      case 2: return `${head} == Writ::Action::"integrate", resource) when { resource.files > ${1000 + n} && resource.risk != "low" };`
      default: return `${head} in Writ::Action::"irreversible", resource) when { resource.tool == "tool-${n}" } unless { context.windows.contains("office") };`
    }
  }).join('\n')
  return { layer: 'organisation', place: 'bench', digest: digestOf(text), manifest: { id: 'extra', version: '1', owner: 'bench', windows: { office: { days: ['mon'], from: '09:00', to: '17:00', zone: 'Europe/Berlin', except: [] } } }, files: [{ name: 'rules.cedar', text }] }
}

const ready = []
const rows = []
for (const extra of [0, 300]) {
  const began = performance.now()
  const policy = createCedarPolicy(extra === 0 ? [builtinBundle] : [builtinBundle, toExtra(extra)])
  const made = performance.now()
  await policy.ready()
  ready.push([`${extra} rules of others`, made - began, performance.now() - made])
  for (const [name, asked] of Object.entries(questions)) {
    const question = await toPolicyQuestion(asked, () => { throw new Error('nothing is read here') })
    const times = []
    // The first fifty are shown apart: by then everything is compiled.
    for (let n = 0; n < 3000; n += 1) {
      // As in a run: no two questions have the same circumstances.
      const circumstances = { ...question.question.circumstances, callsInRun: n, at: n * 1000 }
      const each = { ...question, question: { ...question.question, circumstances } }
      const start = performance.now()
      decideQuestion(policy, each)
      times.push((performance.now() - start) * 1000)
    }
    rows.push([name, extra, times[0], median(times.slice(50)), quantile(times.slice(50), 0.99), quantile(times.slice(50), 0.999)])
  }
}
process.stdout.write(`${toTable(['policy', 'made, ms', 'ready, ms'], ready)}\n\n${toTable(['question', 'rules of others', 'first, µs', 'median, µs', 'p99, µs', 'p99.9, µs'], rows)}\n`)
