import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placeWith } from '../../../test/policy/reading-place.ts'
import { createCommandReader } from '../../adapters/command-bash/command-reader.ts'
import { toEffect } from './to-effect.ts'

const makefile = `
PUB := npm publish
SEND = $(PUB) --tag $(TAG)
TAG ?= next
build: a.o
	cc -o $@ $<
deploy: build
	@$(SEND)
again:
	$(MAKE) -s deploy
arg:
	npm $(WHAT)
inline: ; git push
quiet: build
	echo $$HOME
`
const place = placeWith({
  'package.json': JSON.stringify({ scripts: { rel: 'npm publish', two: 'npm run rel', postbuild: 'git push', build: 'tsc', test: 'vitest', start: 'git push', arg: 'git', 'go:a': 'git push', own: '${a:-git} push', loop: 'npm run loop', odd: 'eval "$(cat x)"' } }),
  'packages/a/package.json': JSON.stringify({ scripts: { deep: 'git push' } }), 'broken/package.json': '{',
  Makefile: makefile, 'packages/b/GNUmakefile': 'all:\n\tgit push\n', 'c/Makefile': 'include x.mk\nall:\n\techo\n', 'd/Makefile': 'all:\n\techo $(shell date)\n',
})
const reader = createCommandReader()

async function look(command: string): Promise<{ readonly lines: readonly string[]; readonly unknown: readonly (boolean | undefined)[] }> {
  const { acts, unknown } = await reader.read(command, place)
  return { lines: acts.map(({ argv }) => argv.map((word) => word ?? '_').join(' ')), unknown: unknown.map(({ contained }) => contained) }
}

/** A command, and a line that it comes to run. */
const table: readonly (readonly [string, string])[] = [
  ['npm run rel', 'npm publish'], ['npm run two', 'npm publish'], ['npm ru rel', 'npm publish'], ['npm run-script rel', 'npm publish'], ['npm --silent run rel', 'npm publish'], ['npm run rel -- --tag x', 'npm publish --tag x'], ['npm run build', 'git push'], ['npm start', 'git push'],
  ['npm run arg -- push --force', 'git push --force'], ['yarn rel', 'npm publish'], ['yarn run rel', 'npm publish'], ['pnpm rel', 'npm publish'], ['pnpm run rel', 'npm publish'], ['bun run rel', 'npm publish'], ['bun rel', 'npm publish'], ['node --run rel', 'npm publish'],
  ['cd src/deep && npm run rel', 'npm publish'], ['cd packages/a && npm run deep', 'git push'], ['npm --prefix packages/a run deep', 'git push'], ['npm -w packages/a run deep', 'git push'], ['yarn --cwd packages/a deep', 'git push'], ["run-s 'go:*'", 'git push'], ['concurrently "npm:go:*"', 'git push'],
  ['cd "$x" && npm run rel', 'npm publish'], ['a=npm npm run own', 'npm push'], ['bash -c "npm run rel"', 'npm publish'], ['echo x | xargs npm run rel --', 'npm publish x'],
  ['make deploy', 'npm publish --tag next'], ['make TAG=x deploy', 'npm publish --tag x'], ['TAG=y make deploy', 'npm publish --tag y'], ['export TAG=z; make deploy', 'npm publish --tag z'], ['make again', 'npm publish --tag next'], ['make WHAT=publish arg', 'npm publish'],
  ['make inline', 'git push'], ['make', 'cc -o build a.o'], ['make -C packages/b', 'git push'], ['cd packages/b; gmake', 'git push'], ['make -f packages/b/GNUmakefile all', 'git push'], ['make quiet', 'echo /home/agent'],
]
for (const [command, line] of table) {
  test(`${command} → ${line}`, async () => {
    const { lines } = await look(command)
    assert.ok(lines.includes(line), lines.join('\n'))
  })
}

describe('what cannot be told of a program of the repository', () => {
  for (const command of ['npm run odd', 'npm run own', 'npm run "$x"', 'npm run loop', 'npm -w a run deep', 'pnpm -r test', 'pnpm --filter a run deep', 'yarn workspaces run deep', 'git stash pop && npm test', "sed -i s/x/y/ package.json; npm run build", 'make -C c', 'make -C d', 'git checkout other && make', 'make deploy TAG="$(cat x)"']) {
    test(`${command}: said, and it matters only where a host is granted`, async () => {
      const reading = await reader.read(command, place)
      assert.ok(reading.unknown.length > 0 && reading.unknown.every(({ contained }) => contained === true), JSON.stringify(reading.unknown))
      assert.deepEqual([toEffect(reading, { network: [] }), toEffect(reading, { network: ['a.example'] })], ['reversible', 'irreversible'])
    })
  }

  test('what the command itself makes up is no program of the repository', async () => {
    for (const command of ['eval "$(cat x)"', 'eval "$(cat x)"; npm run odd', 'npm run odd; eval "$(cat x)"', "printf 'a:\\n\\tgit push\\n' > Makefile; make"]) assert.ok((await look(command)).unknown.includes(undefined), command)
  })

  test('scripts and variables that multiply come to an end, and then nothing is said to be known', async () => {
    const steps = Object.fromEntries(Array.from({ length: 22 }, (_, n) => [`s${n}`, `npm run s${n + 1}; npm run s${n + 1}`]))
    const variables = Array.from({ length: 19 }, (_, n) => `V${n} = $(V${n + 1})$(V${n + 1})$(V${n + 1})`).join('\n')
    const hostile = placeWith({ 'package.json': JSON.stringify({ scripts: steps }), Makefile: `${variables}\nall:\n\techo $(V0)\n` })
    for (const command of ['npm run s0', 'make']) assert.ok((await reader.read(command, hostile)).unknown.length > 0, command)
  })

  test('no script of that name, no package.json, no JSON: nothing more runs', async () => {
    for (const command of ['npm run nothing', 'cd broken && npm run rel', 'npm ci', 'npm install', 'cd /srv && npm run rel', 'make nothing', 'cd /srv && make']) assert.deepEqual([await look(command).then(({ lines }) => lines.some((line) => /publish|push/.test(line))), (await look(command)).unknown], [false, []], command)
  })
})
