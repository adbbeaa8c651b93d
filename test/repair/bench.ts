import { faults } from './faults.ts'
import { repairFault } from './repair-fault.ts'

/** `node test/repair/bench.ts [part of a name] [-v]`: tries to mend every seeded fault, one after the other, and prints a table. */
const [wanted = ''] = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const verbose = process.argv.includes('-v')
const chosen = faults.filter((fault) => fault.name.includes(wanted))
const counts: Record<string, number> = { exact: 0, plausible: 0, partial: 0, none: 0 }
let seconds = 0
for (const fault of chosen) {
  try {
    const repair = await repairFault(fault)
    counts[repair.result] = (counts[repair.result] ?? 0) + 1
    seconds += repair.seconds
    console.log(`${repair.result.padEnd(9)} ${repair.seconds.toFixed(1).padStart(5)} s ${String(repair.tried).padStart(5)} tried  ${repair.confidence.toFixed(2)}  ${fault.name} | ${repair.summary}`)
    if (verbose) console.log(repair.text)
  } catch (error) {
    counts['error'] = (counts['error'] ?? 0) + 1
    console.log(`error     ${fault.name}: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
console.log(`${chosen.length} faults: ${JSON.stringify(counts)}; ${(seconds / chosen.length).toFixed(1)} s each`)
