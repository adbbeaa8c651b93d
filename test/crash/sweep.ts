/** Every kill there is, one after the other: `node test/crash/sweep.ts [--every N] [--only TEXT] [--jobs N]`. */
import { parseArgs } from 'node:util'
import { killAndResume, runUninterrupted } from './kill-and-resume.ts'
import type { Failure } from './story.ts'

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' }, from: { type: 'string', default: '0' }, only: { type: 'string' }, jobs: { type: 'string', default: '2' }, how: { type: 'string' } } })
const whole = await runUninterrupted()
const points: { readonly plan: Failure; readonly what: string }[] = []
for (const { at, name, path } of whole.operations) {
  if (values.only !== undefined && !`${name} ${path}`.includes(values.only)) continue
  if (values.how !== undefined && /^(E[A-Z]+|outage)$/.test(values.how)) points.push({ plan: { at, how: values.how as Failure['how'] }, what: `${name} ${path}` })
  points.push({ plan: { at, how: 'before' }, what: `${name} ${path}` })
  if (name.startsWith('spawn')) points.push({ plan: { at, how: 'after' }, what: `${name} ${path}` })
  if (/write/i.test(name)) points.push({ plan: { at, how: 'half' }, what: `${name} ${path}` })
}
points.push({ plan: { at: whole.operations.length, how: 'after' }, what: 'the last of all' })
const chosen = points.filter(({ plan }, index) => (values.how === undefined || plan.how === values.how) && index % Number(values.every) === Number(values.from))
process.stdout.write(`${whole.operations.length} operations, ${chosen.length} of ${points.length} kills\n`)
let failed = 0
let done = 0
const next = async (): Promise<void> => {
  for (let point = chosen.shift(); point; point = chosen.shift()) {
    try {
      await killAndResume(whole, point.plan)
    } catch (error) {
      failed += 1
      process.stdout.write(`FAILED ${point.plan.how} ${point.plan.at} ${point.what}\n${String(error instanceof Error ? error.message : error).slice(0, 3000)}\n\n`)
    }
    done += 1
    if (done % 20 === 0) process.stdout.write(`${done} done\n`)
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, next))
await whole.remove()
process.stdout.write(`${done} kills, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
