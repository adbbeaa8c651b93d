import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { ProbeFinding, SandboxCommand, SandboxLimits, SandboxProbe } from '../../engine/ports/sandbox.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { Foundation } from './foundation.ts'
import type { Launched } from './launch.ts'
import type { Readiness, RunCommand } from './readiness.ts'

export interface SelfTestOptions {
  prepare(): Foundation
  whenReady(): Promise<Readiness>
  readonly run: RunCommand
}

const LIMITS: SandboxLimits = { timeoutMs: 30_000, memoryMb: 512, pids: 64, outputBytes: 64_000, diskBytes: 64 * 1024 * 1024 }
const NODE_INSIDE = '/run/writ-node'
const PLACE = '/home/writ-probe/work'
const REPORT = 'report this with the lines above; until it is mended, do not run untrusted code here'

/**
 * The thorough self-test: each finding comes from a real attempt, to escape or to work. Stops early where not even
 * one command runs.
 */
export async function selfTest(options: SelfTestOptions): Promise<SandboxProbe> {
  const findings: ProbeFinding[] = []
  let foundation: Foundation
  let readiness: Readiness
  try {
    foundation = options.prepare()
    findings.push({ name: 'bwrap', ok: true, detail: `${foundation.bwrap}, ${execFileSync(foundation.bwrap, ['--version'], { encoding: 'utf8', timeout: 10_000 }).trim()}` })
    readiness = await options.whenReady()
    findings.push({ name: 'profile', ok: true, detail: 'a command ran under the full profile' })
  } catch (thrown) {
    return { ok: false, findings: [...findings, toRefusal(thrown)] }
  }
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-probe-'))
  const attempt: Attempt = (argv, change = {}) =>
    options.run({ argv, cwd: PLACE, env: {}, mounts: mountsOf(dir), net: { mode: 'none' }, limits: LIMITS, ...change }, new AbortController().signal, readiness.overlay)
  try {
    fs.mkdirSync(path.join(dir, 'work'))
    findings.push(...(await tryWalls(attempt, dir)), await tryHostSocket(attempt, dir))
    // A hog is let loose between walls that stand only.
    if (findings.some((finding) => !finding.ok)) return { ok: false, findings }
    findings.push(await tryWork(attempt))
    findings.push(...(await tryLimits(attempt, foundation)))
    findings.push({
      name: 'overlay', ok: readiness.overlay !== 'none',
      detail: readiness.overlay === 'none' ? 'impossible here: dependencies are read-only inside' : `works (${readiness.overlay})`,
      ...(readiness.overlay === 'none' ? { mend: 'install bubblewrap 0.11 or newer, or a kernel of 5.11 or newer' } : {}),
    })
    findings.push(describeUser())
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
  // Without overlays Writ works, only less comfortably; everything else is a wall.
  return { ok: findings.every((finding) => finding.ok || finding.name === 'overlay'), findings }
}

type Attempt = (argv: readonly string[], change?: Partial<SandboxCommand>) => Promise<Launched>

function mountsOf(dir: string): SandboxCommand['mounts'] {
  return [
    { mode: 'rw', host: path.join(dir, 'work'), at: PLACE },
    { mode: 'ro', host: fs.realpathSync(process.execPath), at: NODE_INSIDE },
  ]
}

/** The message of a refusal names the mend after "Do this:". */
function toRefusal(thrown: unknown): ProbeFinding {
  const [detail = '', mend] = toMessage(thrown).split(' Do this: ')
  return { name: 'profile', ok: false, detail, ...(mend === undefined ? {} : { mend }) }
}

function judge(name: string, ok: boolean, seen: string): ProbeFinding {
  return ok ? { name, ok, detail: seen } : { name, ok, detail: seen, mend: REPORT }
}

/** One shell script, one line of answer for each wall. */
async function tryWalls(attempt: Attempt, dir: string): Promise<ProbeFinding[]> {
  const outside = path.join(dir, 'outside')
  fs.writeFileSync(outside, 'host')
  const script = `
    sed -n 's/^\\(Seccomp\\|CapEff\\|NoNewPrivs\\):[[:space:]]*/\\1=/p' /proc/self/status
    echo "uid=$(id -u)"
    echo "environ=$(tr -d '\\0' < /proc/1/environ | wc -c)"
    (unshare -U true) >/dev/null 2>&1 && echo unshare=open || echo unshare=refused
    (echo x > /usr/writ-probe) 2>/dev/null && echo write=open || echo write=refused
    cat '${outside}' >/dev/null 2>&1 && echo read=open || echo read=refused
    (: >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo core=open || echo core=refused
    command -v perl >/dev/null && perl -e 'print "vsock=", (socket(my $s, 40, 1, 0) ? "open" : "refused"), "\\n"' || echo vsock=untried
    echo "links=$(ls -d /proc/[0-9]* | wc -l)"`
  const launched = await attempt(['/bin/sh', '-c', script])
  const seen = new Map(Buffer.from(launched.stdout).toString('utf8').trim().split('\n').map((line) => {
    const [name = '', value = ''] = line.split('=')
    return [name, value] as const
  }))
  const get = (name: string): string => seen.get(name) ?? 'no answer'
  return [
    judge('seccomp', get('Seccomp') === '2', `Seccomp: ${get('Seccomp')}`),
    judge('capabilities', /^0+$/.test(get('CapEff')), `CapEff: ${get('CapEff')}`),
    judge('no new privileges', get('NoNewPrivs') === '1', `NoNewPrivs: ${get('NoNewPrivs')}`),
    judge('user inside', get('uid') === '1000', `uid ${get('uid')}`),
    judge('environment', get('environ') === '0', `/proc/1/environ holds ${get('environ')} bytes`),
    judge('new namespaces', get('unshare') === 'refused', get('unshare')),
    judge('writing outside', get('write') === 'refused', get('write')),
    judge('reading outside', get('read') === 'refused', get('read')),
    judge('kernel settings', get('core') === 'refused', get('core')),
    judge('AF_VSOCK', get('vsock') !== 'open' && get('vsock') !== 'no answer', get('vsock')),
    judge('processes', Number(get('links')) < 10, `${get('links')} visible`),
  ]
}

async function tryHostSocket(attempt: Attempt, dir: string): Promise<ProbeFinding> {
  const file = path.join(dir, 'host.sock')
  let reached = 0
  const server = net.createServer((socket) => {
    reached += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(file, resolve))
  try {
    const script = `require('node:net').connect(${JSON.stringify(file)}).on('connect', () => console.log('open')).on('error', (error) => console.log(error.code))`
    const launched = await attempt([NODE_INSIDE, '-e', script])
    const said = Buffer.from(launched.stdout).toString('utf8').trim()
    return judge('sockets of the host', reached === 0 && said === 'ENOENT', said)
  } finally {
    server.close()
  }
}

/** Loopback, unix sockets and child processes: without them no test suite runs. */
async function tryWork(attempt: Attempt): Promise<ProbeFinding> {
  const script = `
    const http = require('node:http'), net = require('node:net'), { execSync } = require('node:child_process')
    const server = http.createServer((_, response) => response.end('loopback')).listen(0, '127.0.0.1', async () => {
      const text = await (await fetch('http://127.0.0.1:' + server.address().port)).text()
      net.createServer((socket) => socket.end('unix')).listen('/tmp/s', () => net.connect('/tmp/s').on('data', (data) => {
        console.log(text, String(data), execSync('echo child; echo made > made').toString().trim())
        process.exit(0)
      }))
    })`
  const launched = await attempt([NODE_INSIDE, '-e', script])
  const said = Buffer.from(launched.output).toString('utf8').trim()
  return judge('what must work', said === 'loopback unix child', said)
}

async function tryLimits(attempt: Attempt, foundation: Foundation): Promise<ProbeFinding[]> {
  const backend = foundation.cgroups === undefined ? 'rlimits and watchdog' : `cgroup v${foundation.cgroups.version}, rlimits and watchdog`
  const memory = await attempt([NODE_INSIDE, '-e', 'globalThis.kept = Buffer.alloc(300e6, 1); setInterval(() => {}, 1000)'], { limits: { ...LIMITS, memoryMb: 128, timeoutMs: 10_000 } })
  const many = 'i=0; while [ $i -lt 64 ]; do sleep 0.1 & i=$((i+1)); done; wait; echo all'
  const crowd = await attempt(['/bin/sh', '-c', many], { limits: { ...LIMITS, pids: 80 } })
  const endless = await attempt(['sleep', '60'], { limits: { ...LIMITS, timeoutMs: 200 } })
  return [
    { name: 'limits', ok: true, detail: backend },
    judge('memory limit', memory.ended === 'memory', `300 MB against 128 MB: ${memory.ended}`),
    judge('64 processes', Buffer.from(crowd.stdout).toString('utf8') === 'all\n', crowd.ended === 'exited' ? `exit ${crowd.exitCode}` : crowd.ended),
    judge('time limit', endless.ended === 'timeout', endless.ended),
  ]
}

function describeUser(): ProbeFinding {
  const isRoot = process.getuid?.() === 0
  return {
    name: 'user outside',
    ok: true,
    detail: isRoot ? 'root: it works, but an ordinary user would be one wall more' : `uid ${process.getuid?.() ?? 'unknown'}`,
  }
}
