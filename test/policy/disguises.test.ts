import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { createCommandReader } from '../../src/adapters/command-bash/command-reader.ts'
import { builtinBundle } from '../../src/adapters/policy-cedar/builtin-bundle.ts'
import { toCaseContract } from '../../src/adapters/policy-cedar/case-question.ts'
import { createCedarPolicy } from '../../src/adapters/policy-cedar/cedar-policy.ts'
import { makeBundle } from '../../src/adapters/policy-cedar/test-bundles.ts'
import type { CommandReading } from '../../src/protocol/command.ts'
import type { Forbidden } from './disguise.ts'
import { disguises, forbidden, variants } from './disguise.ts'
import { placeWith } from './reading-place.ts'

const seed = 20_261
const reader = createCommandReader()
const place = placeWith()
/** A host is granted, so that what would reach others matters; what a database of one's own loses is nobody else's, unless a rule says so. */
const contract = toCaseContract({ grants: ['api.example:443'] })
const rules = '@id("no-drop") @reason("r") forbid (principal, action == Writ::Action::"exec", resource) when { resource.kinds.contains("database-drop") };'

function shows(reading: CommandReading, { words, kind }: Forbidden): boolean {
  return reading.acts.some((act) => act.kinds.some((each) => each === kind) && words.every((word, index) => act.argv[index] === word))
}

test('every disguise alone is seen through, whatever it hides', async () => {
  const missed: string[] = []
  for (const disguise of disguises) {
    for (const each of forbidden) {
      const command = disguise.wrap(each.words.join(' '), '1')
      if (!shows(await reader.read(command, place), each)) missed.push(`${disguise.name}: ${command}`)
    }
  }
  assert.deepEqual(missed, [])
})

test('2,500 generated variants: what is forbidden is shown, or said not to be understood, and no rule allows it', async () => {
  const policy = createCedarPolicy([builtinBundle, makeBundle('user', rules)])
  await policy.ready()
  let shown = 0
  await fc.assert(fc.asyncProperty(variants, async (variant) => {
    const reading = await reader.read(variant.command, place)
    const said = `${variant.disguises.join(' in ')}\n${variant.command}`
    if (shows(reading, variant.forbidden)) shown += 1
    else assert.ok(reading.unknown.length > 0, `let through: ${said}`)
    const decision = policy.decide({ tool: 'shell', input: { command: variant.command }, effect: 'reversible', paths: [], contract, command: reading })
    assert.notEqual(decision.effect, 'allow', `allowed: ${said}\n${JSON.stringify(reading)}`)
  }), { seed, numRuns: 2500 })
  // To call everything unknown would be safe and useless.
  assert.ok(shown > 2200, `only ${shown} of 2500 were seen through`)
})

test('the variants are true bash: run for real, they start what they hide', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'writ-disguises-'))
  try {
    const chosen = fc.sample(variants.filter((variant) => variant.runs), { seed, numRuns: 160 })
    const bin = join(folder, 'bin')
    await mkdir(bin)
    for (const name of new Set(forbidden.map(({ words }) => words[0] ?? ''))) {
      await writeFile(join(bin, name), '#!/bin/sh\nprintf \'%s\\n\' "${0##*/} $*" >> "$WITNESS"\n')
      await chmod(join(bin, name), 0o755)
    }
    for (const [index, { command }] of chosen.entries()) {
      await mkdir(join(folder, `${index}`))
      await writeFile(join(folder, `${index}`, 'command.sh'), `${command}\n`)
    }
    // `rm` is a stub in every one of them: nothing here may be able to delete.
    const driver = 'for at in "$@"; do cd "$ROOT/$at" && WITNESS="$PWD/witness" bash command.sh < /dev/null > /dev/null 2>&1; done; true'
    const env = { PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? '/usr/bin:/bin'].join(delimiter), HOME: folder, ROOT: folder, LANG: 'C.UTF-8' }
    const halves = [chosen.map((_, index) => `${index}`).filter((_, index) => index % 2 === 0), chosen.map((_, index) => `${index}`).filter((_, index) => index % 2 === 1)]
    await Promise.all(halves.map((half) => promisify(execFile)('bash', ['-c', driver, 'driver', ...half], { env, cwd: folder, timeout: 120_000 })))
    const idle: string[] = []
    for (const [index, variant] of chosen.entries()) {
      const seen = await readFile(join(folder, `${index}`, 'witness'), 'utf8').catch(() => '')
      if (!seen.split('\n').includes(variant.forbidden.words.join(' '))) idle.push(`${variant.disguises.join(' in ')}\n${variant.command}`)
    }
    assert.ok(idle.length <= chosen.length * 0.2, `${idle.length} of ${chosen.length} did not start what they hide:\n${idle.slice(0, 3).join('\n\n')}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
