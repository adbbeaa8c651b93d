import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { judgedCalls, modeCalls, refusedAlways, refusedAsMissing } from './syscalls.ts'
import { openTestBench, PLACE, SECRET, toText } from './test-bench.ts'

const bench = openTestBench()
before(() => bench.sandbox.ready())
after(() => bench.dispose())

const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
const column = machine === 'x64' ? 1 : 2
/** perl-base is there on every Debian and Ubuntu, and can make any system call. */
const perl = (script: string) => bench.run(['/usr/bin/perl', '-e', script])

test('files outside are neither seen nor written', async () => {
  const targets = [
    path.join(bench.root, 'outside.txt'), path.join(bench.home, '.ssh', 'id_ed25519'), '/root/.ssh', '/etc/shadow',
    '/etc/resolv.conf', '/sys', '/boot', '/var/log', '/proc/1/root/etc/shadow', '/dev/mem', '/dev/sda',
  ]
  const said = await bench.shell(targets.map((target) => `ls -d ${target} && cat ${target}`).join('\n'))
  assert.ok(!said.includes(SECRET))
  for (const target of targets) assert.match(said, new RegExp(`${target}.*(No such file|Permission denied|Not a directory)`), target)

  const writes = await bench.run(['/bin/sh', '-c', ['/usr/bin/x', '/etc/x', '/x', '/run/x', '/home/x', '/dev/x', '/proc/sys/kernel/core_pattern', `${path.dirname(PLACE)}/x`]
    .map((file) => `(echo x > ${file}) 2>/dev/null && echo WROTE ${file}`).join('\n')])
  assert.equal(toText(writes.stdout), '')
  // Below /tmp there is a private tmpfs: the write may succeed, but it goes nowhere.
  await bench.shell(`echo x > ${bench.root}/x`)
  assert.ok(!fs.existsSync(path.join(bench.root, 'x')))
})

test('nothing writable is left in /proc but what belongs to the process itself', async () => {
  const said = await bench.shell(`find /proc -maxdepth 4 -type f -not -path '/proc/[0-9]*' -not -path '/proc/self/*' -not -path '/proc/thread-self/*' 2>/dev/null |
    while read -r file; do (: >> "$file") 2>/dev/null && echo "$file"; done`)
  assert.equal(said, '')
})

test('symbolic links in the workspace lead nowhere outside', async () => {
  fs.symlinkSync(path.join(bench.root, 'outside.txt'), path.join(bench.workspace, 'link'))
  const said = await bench.shell('cat link; echo gone > link')
  assert.ok(!said.includes(SECRET))
  assert.equal(fs.readFileSync(path.join(bench.root, 'outside.txt'), 'utf8'), SECRET)
})

test('the environment holds nothing of ours, in no process', async () => {
  const said = await bench.shell('env; cat /proc/*/environ /proc/*/cmdline')
  assert.ok(!said.includes(SECRET))
  assert.ok(!said.includes('API_TOKEN'))
  assert.equal(await bench.shell('tr "\\0" "\\n" < /proc/1/environ | wc -c'), '0\n')
})

test('no descriptor of the host is open inside', async () => {
  const said = await bench.shell('readlink /proc/self/fd/* | grep -v -e /dev/null -e pipe: -e /proc/ -e "(deleted)"')
  assert.equal(said, '')
})

test('no capabilities, no new privileges, seccomp on, nobody special', async () => {
  const said = await bench.shell('grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status; id -u')
  assert.deepEqual([...said.matchAll(/^Cap\w+:\s+(\w+)/gm)].map((match) => match[1]), Array.from({ length: 5 }, () => '0'.repeat(16)))
  assert.match(said, /NoNewPrivs:\s+1\nSeccomp:\s+2\n1000\n/)
})

test('a unix socket and a TCP port of the host cannot be reached', async () => {
  const file = path.join(bench.root, 'host.sock')
  const abstract = `\0writ-test-${process.pid}`
  let reached = 0
  const servers = await Promise.all([file, abstract, 0].map((at) => new Promise<net.Server>((resolve) => {
    const server = net.createServer((socket) => {
      reached += 1
      socket.end()
    })
    server.listen(at as string, () => resolve(server))
  })))
  const address = servers[2]?.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const result = await bench.run(['node', '-e', `
    const net = require('node:net')
    for (const to of [{ path: ${JSON.stringify(file)} }, { path: ${JSON.stringify(abstract)} }, { port: ${port}, host: '127.0.0.1' }, { port: 53, host: '1.1.1.1' }]) {
      net.connect(to).on('connect', () => console.log('REACHED', to)).on('error', (error) => console.log(error.code))
    }`])
  for (const server of servers) server.close()
  assert.equal(reached, 0)
  assert.deepEqual(toText(result.output).trim().split('\n').sort(), ['ECONNREFUSED', 'ECONNREFUSED', 'ENETUNREACH', 'ENOENT'])
})

test('every refused system call is refused', async () => {
  const numbers = [...refusedAlways, ...refusedAsMissing].map((row) => row[column]).filter((number) => number >= 0)
  const result = await perl(`for my $nr (${numbers.join(',')}) { $! = 0; syscall($nr, 0, 0, 0, 0, 0); print $nr, ' ', $!+0, "\\n" }`)
  const seen = toText(result.output).trim().split('\n')
  const expected = [
    ...refusedAlways.filter((row) => row[column] >= 0).map((row) => `${row[column]} 1`),
    ...refusedAsMissing.map((row) => `${row[column]} 38`),
  ]
  assert.deepEqual(seen, expected)
})

test('no new namespace, by call or by command', async () => {
  const { unshare, clone } = judgedCalls[machine]
  const flags = [0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x04000000, 0x02000000, 0x80]
  const script = flags.map((flag) => `$! = 0; syscall(${unshare}, ${flag}); print $!+0, "\\n";`).join(' ') +
    `$! = 0; syscall(${clone}, 0x10000011, 0, 0, 0, 0); print $!+0, "\\n"; $! = 0; print syscall(${unshare}, 0x400), "\\n"`
  assert.equal(toText((await perl(script)).output), `${'1\n'.repeat(9)}0\n`)
  const commands = ['unshare -Ur', 'unshare -n', 'mount -t tmpfs x /tmp', 'mount --bind /usr /tmp', 'umount /tmp', 'chroot / true', 'nsenter -t 1 -m true']
  const said = await bench.shell(commands.map((command) => `${command} </dev/null 2>/dev/null && echo DONE ${command}`).join('\n'))
  assert.equal(said, '')
})

test('socket families: the four that programs need, and no other', async () => {
  const result = await perl('for my $f (0..45) { print "$f " if socket(my $s, $f, 1, 0) || socket(my $t, $f, 3, 0) }')
  assert.deepEqual(toText(result.output).trim().split(' '), ['1', '2', '10', '16'])
})

test('a terminal cannot be typed into', async () => {
  const { ioctl } = judgedCalls[machine]
  const result = await perl(`open(my $t, '+<', '/dev/ptmx') or die "no ptmx: $!"; for my $r (0x5412, 0x541C, 0x100005412) { my $c = 'x'; $! = 0; syscall(${ioctl}, fileno($t), $r, $c); print $!+0, "\\n" }`)
  assert.equal(toText(result.output), '1\n1\n1\n')
})

test('set-id bits cannot be put on a file in any way', async () => {
  const of = (index: number): number => modeCalls[index]?.[machine] ?? -1
  const name = `${PLACE}/planted`
  const calls: string[] = [
    `open(my $f, '>', '${name}'); close $f; $! = 0; chmod(04755, '${name}'); print $!+0, "\\n"; $! = 0; chmod(02755, '${name}'); print $!+0, "\\n";`,
    `open(my $g, '+<', '${name}'); $! = 0; syscall(${of(1)}, fileno($g), 04755); print $!+0, "\\n";`,
    `$! = 0; syscall(${of(2)}, -100, my $n1 = '${name}', 04755); print $!+0, "\\n";`,
    `$! = 0; syscall(${of(3)}, -100, my $n2 = '${name}', 04755, 0); print $!+0, "\\n";`,
    `$! = 0; syscall(${of(6)}, -100, my $n3 = '${name}-node', 0104755, 0); print $!+0, "\\n";`,
    `$! = 0; syscall(${of(8)}, -100, my $n4 = '${name}-open', 0101, 04755); print $!+0, "\\n";`,
  ]
  assert.equal(toText((await perl(calls.join(' '))).output), '1\n'.repeat(7))
  assert.equal(fs.statSync(path.join(bench.workspace, 'planted')).mode & 0o6000, 0)
})

test('a foreign ABI ends the process', { skip: machine !== 'x64' && 'there is one ABI on this machine' }, async () => {
  assert.equal((await perl('syscall(0x40000000 | 39); print "alive"')).exitCode, 128 + 31)
})

test('processes of the host are neither seen nor signalled', async () => {
  const said = await bench.shell('ls /proc | grep -cE "^[0-9]+$"')
  assert.ok(Number(said) < 10, said)
  const result = await perl(`print kill(0, ${process.pid}) ? 'REACHED' : 'no'`)
  assert.equal(toText(result.output), 'no')
})

test('read-only and masked places hold', async () => {
  const git = path.join(bench.workspace, '.git')
  fs.mkdirSync(path.join(git, 'hooks'), { recursive: true })
  fs.writeFileSync(path.join(git, 'config'), '[core]\n')
  fs.writeFileSync(path.join(bench.workspace, '.env'), SECRET)
  fs.mkdirSync(path.join(bench.workspace, 'private'))
  fs.writeFileSync(path.join(bench.workspace, 'private', 'key'), SECRET)
  const said = await bench.shell(
    'echo x >> .git/config; echo x > .git/hooks/pre-commit; rm -r .git; mv .git gone; cat .env; echo x > .env; ls private; echo x > private/new; touch ok; ls ok absent',
    {
      mounts: [
        { mode: 'rw', host: bench.workspace, at: PLACE },
        { mode: 'ro', host: git, at: `${PLACE}/.git` },
        { mode: 'mask', at: `${PLACE}/.env` },
        { mode: 'mask', at: `${PLACE}/private` },
        { mode: 'mask', at: `${PLACE}/absent` },
      ],
    },
  )
  assert.ok(!said.includes(SECRET))
  assert.match(said, /Read-only file system/)
  assert.equal(fs.readFileSync(path.join(git, 'config'), 'utf8'), '[core]\n')
  assert.deepEqual(fs.readdirSync(path.join(git, 'hooks')), [])
  assert.equal(fs.readFileSync(path.join(bench.workspace, '.env'), 'utf8'), SECRET)
  assert.deepEqual(fs.readdirSync(path.join(bench.workspace, 'private')), ['key'])
  assert.ok(fs.existsSync(path.join(bench.workspace, 'ok')))
  assert.ok(!fs.existsSync(path.join(bench.workspace, 'absent')), 'a mask over nothing leaves no ghost')
})

test('a mount point behind a planted link is refused', async () => {
  fs.symlinkSync('/usr', path.join(bench.workspace, 'planted-link'))
  const mounts = [
    { mode: 'rw', host: bench.workspace, at: PLACE },
    { mode: 'ro', host: bench.home, at: `${PLACE}/planted-link` },
  ] as const
  await assert.rejects(bench.run(['true'], { mounts }), { code: 'sandbox-failed', message: /symbolic link/ })
})
