import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { applyReply, makeContract, proposeFor } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

/**
 * `node test/repair/bench-folder.ts FOLDER COMMAND…`: mends what the commands show to fail, one fault after the other, on a copy.
 * Only regular text files under FOLDER are copied, without what git ignores where it is a repository.
 */
const [folder = '.', ...commands] = process.argv.slice(2)
const files = new Map<string, string>()
for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const full = path.join(entry.parentPath, entry.name)
  const name = path.relative(folder, full)
  if (entry.isFile() && !/node_modules|__pycache__|^\.git\//.test(name) && fs.statSync(full).size < 1_000_000) files.set(name, fs.readFileSync(full, 'utf8'))
}
const lab = new ScratchLab(files, 600_000)
const began = performance.now()
try {
  for (const command of commands) {
    const contract = makeContract(command)
    const check = contract.checks[0]!
    for (let round = 0; round < 20; round++) {
      const base = await lab.tryFiles(new Map(), check, { timeoutMs: 60_000 })
      const red = (base.tests?.cases ?? []).filter((test) => test.status === 'failed')
      console.log(`${command}: ${red.length} failing tests`)
      if (red.length === 0) break
      const from = performance.now()
      const reply = await proposeFor(lab, contract, [base], 40_000)
      const finish = reply.parts.find((part) => part.type === 'call' && part.name === 'finish')
      console.log(`${((performance.now() - from) / 1000).toFixed(1)} s`, finish?.type === 'call' ? JSON.stringify(finish.input) : '')
      for (const part of reply.parts) if (part.type === 'text') console.log(`   ${part.text}`)
      const changed = applyReply(lab, reply, (at) => files.get(at) ?? '')
      if (changed.length === 0) break
      for (const name of changed) {
        const text = (await lab.read(name)) ?? ''
        const [before, after] = ['before', 'after'].map((side) => path.join(lab.home, `.${side}`))
        fs.writeFileSync(before!, files.get(name) ?? '')
        fs.writeFileSync(after!, text)
        console.log(spawnSync('diff', ['-U1', before!, after!], { encoding: 'utf8' }).stdout.split('\n').slice(2).join('\n'))
        files.set(name, text)
      }
    }
  }
} finally {
  lab.dispose()
}
console.log(`${((performance.now() - began) / 1000).toFixed(1)} s in all`)
