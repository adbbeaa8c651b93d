import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { limits, listMarked, openTestBench, PLACE, toText } from './test-bench.ts'

const bench = openTestBench()
before(() => bench.sandbox.ready())
after(() => bench.dispose())

test('300 MB against a limit of 128 MB ends by memory', async () => {
  const result = await bench.run(['node', '-e', 'globalThis.kept = Buffer.alloc(300e6, 1); setInterval(() => {}, 1000)'], { limits: { ...limits, memoryMb: 128 } })
  assert.equal(result.ended, 'memory')
  assert.equal(result.exitCode, undefined)
  assert.match(result.notes.join(), /memory limit was reached/)
})

test('the most memory that a command was seen to need is told', async () => {
  const hold = await bench.run(['node', '-e', 'const kept = Buffer.alloc(200e6, 1); setTimeout(() => process.exit(kept[5] - 1), 1000)'], { limits: { ...limits, memoryMb: 1024 } })
  assert.equal(hold.exitCode, 0)
  assert.ok((hold.peakMb ?? 0) > 190 && (hold.peakMb ?? 0) < 600, `${hold.peakMb}`)
  const idle = await bench.run(['sleep', '1'])
  assert.ok((idle.peakMb ?? 0) < 60, `${idle.peakMb}`)
})

test('what lies in the private tmpfs counts as memory', async () => {
  const script = 'for d in /tmp /dev/shm "$HOME"; do head -c 60000000 /dev/zero > "$d/fill"; done; sleep 60'
  const result = await bench.run(['/bin/sh', '-c', script], { limits: { ...limits, memoryMb: 128 } })
  assert.equal(result.ended, 'memory')
})

test('a tmpfs holds no more than the memory limit', async () => {
  const result = await bench.run(['/bin/sh', '-c', 'head -c 40000000 /dev/zero > /tmp/fill'], { limits: { ...limits, memoryMb: 32, diskBytes: 1e9 } })
  assert.ok(result.ended === 'memory' || result.exitCode !== 0, `${result.ended} ${result.exitCode}`)
})

test('a file larger than the limit cannot be written', async () => {
  const result = await bench.run(['/bin/sh', '-c', 'head -c 3000000 /dev/zero > big; echo $?'], { limits: { ...limits, diskBytes: 1_000_000 } })
  assert.notEqual(toText(result.stdout), '0\n')
  assert.equal(fs.statSync(path.join(bench.workspace, 'big')).size, 1_000_000)
  fs.rmSync(path.join(bench.workspace, 'big'))
})

test('many files that fill the disk end by disk', async () => {
  const script = 'i=0; while :; do i=$((i+1)); head -c 4000000 /dev/zero > fill$i; sleep 0.01; done'
  const result = await bench.run(['/bin/sh', '-c', script], { limits: { ...limits, diskBytes: 20_000_000 } })
  assert.equal(result.ended, 'disk')
  assert.match(result.notes.join(), /disk limit was reached/)
  for (const name of fs.readdirSync(bench.workspace)) fs.rmSync(path.join(bench.workspace, name))
})

test('open files without a name count as disk, too', async () => {
  const script = `for my $i (1..100000) { open(my $f, '>', "${PLACE}/f$i") or die $!; unlink "${PLACE}/f$i"; syswrite($f, 'x' x 4000000); push @kept, $f; select(undef, undef, undef, 0.01) }`
  const result = await bench.run(['/usr/bin/perl', '-e', script], { limits: { ...limits, diskBytes: 20_000_000 } })
  assert.equal(result.ended, 'disk')
})

test('a flood of output costs a fixed amount; head and tail are kept and the loss is counted', async () => {
  const script = 'echo first; head -c 20000000 /dev/zero | tr "\\0" x; echo; echo last'
  const result = await bench.run(['/bin/sh', '-c', script], { limits: { ...limits, outputBytes: 10_000 } })
  const text = toText(result.output)
  assert.equal(result.exitCode, 0)
  assert.ok(text.startsWith('first\nxxx') && text.endsWith('xxx\nlast\n'))
  assert.ok(result.output.length < 10_100)
  assert.equal(result.droppedBytes, 6 + 20_000_000 + 1 + 5 - 10_000)
  assert.match(text, new RegExp(`\\[… ${result.droppedBytes} bytes dropped …\\]`))
})

test('an endless command ends at its deadline, with what it had printed', async () => {
  const mark = `4321${process.pid}`
  const result = await bench.run(['/bin/sh', '-c', `echo begun; trap "" TERM INT HUP; sleep ${mark}`], { limits: { ...limits, timeoutMs: 300 } })
  assert.equal(result.ended, 'timeout')
  assert.equal(result.exitCode, undefined)
  assert.equal(toText(result.stdout), 'begun\n')
  assert.deepEqual(listMarked(mark), [])
})

test('a fork bomb is held or ended, and nothing of it is left', async () => {
  const mark = `writ-bomb-${process.pid}`
  const script = `# ${mark}\nmy $n = 0; while ($n < 20000) { my $pid = fork(); last unless defined $pid; if (!$pid) { sleep 600; exit } $n++ } print "$n\\n"; kill 9, -1`
  const result = await bench.run(['/usr/bin/perl', '-e', script], { limits: { ...limits, pids: 40 } })
  const forked = Number(toText(result.stdout))
  assert.ok(result.ended === 'memory' || (forked > 10 && forked < 20_000), `${result.ended} ${forked} ${toText(result.stderr)}`)
  assert.deepEqual(listMarked(mark), [])
})

test('fifty processes at once are nothing unusual', async () => {
  assert.equal(await bench.shell('for i in $(seq 50); do sleep 0.2 & done; wait; echo all', { limits: { ...limits, pids: 60 } }), 'all\n')
})

test('no control group is left behind', () => {
  const left = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/pids', '/sys/fs/cgroup'].flatMap((root) => listGroups(root, 4))
  assert.deepEqual(left, [])
})

function listGroups(dir: string, depth: number): string[] {
  if (depth === 0 || !fs.existsSync(dir)) return []
  return fs.readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => [
    ...(entry.name.startsWith(`writ-${process.pid}-`) ? [entry.name] : []),
    ...listGroups(path.join(dir, entry.name), depth - 1),
  ])
}
