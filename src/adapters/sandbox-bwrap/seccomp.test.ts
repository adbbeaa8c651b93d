import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assemble, goto, ifEqual, label, load, returns } from './bpf.ts'
import { toSeccompProgram } from './seccomp.ts'
import type { Machine } from './syscalls.ts'
import { auditArch, judgedCalls, modeCalls, refusedAlways, refusedAsMissing } from './syscalls.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const KILL = 0x80000000

/** What the kernel would answer: runs the program over a struct seccomp_data, as seccomp(2) describes it. */
function answer(program: Uint8Array, arch: number, number: number, args: readonly number[]): number {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength)
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, arch, true)
  for (const [index, value] of args.entries()) data.setBigUint64(16 + index * 8, BigInt(value), true)
  let loaded = 0
  for (let at = 0; at < program.length / 8; at += 1) {
    const operation = code.getUint16(at * 8, true)
    const k = code.getUint32(at * 8 + 4, true)
    const jump = (holds: boolean): number => code.getUint8(at * 8 + (holds ? 2 : 3))
    if (operation === 0x20) loaded = data.getUint32(k, true)
    else if (operation === 0x15) at += jump(loaded === k)
    else if (operation === 0x35) at += jump(loaded >= k)
    else if (operation === 0x45) at += jump((loaded & k) !== 0)
    else if (operation === 0x05) at += k
    else if (operation === 0x06) return k
    else throw new Error(`operation ${operation}`)
  }
  throw new Error('ran off the end')
}

for (const machine of ['x64', 'arm64'] as const satisfies readonly Machine[]) {
  const program = toSeccompProgram(machine)
  const column = machine === 'x64' ? 1 : 2
  const ask = (number: number, ...args: number[]): number => answer(program, auditArch[machine], number, args)
  const calls = judgedCalls[machine]

  test(`${machine}: refuses what is listed and allows the rest`, () => {
    const known = new Set<number>()
    for (const row of refusedAlways.filter((entry) => entry[column] >= 0)) {
      assert.equal(ask(row[column]), EPERM, row[0])
      known.add(row[column])
    }
    for (const row of refusedAsMissing) {
      assert.equal(ask(row[column]), 0x00050026, row[0])
      known.add(row[column])
    }
    assert.equal(ask(calls.socket), 0x00050061)
    for (const number of [calls.socket, calls.socketpair]) known.add(number)
    for (let number = 0; number < 600; number += 1) if (!known.has(number)) assert.equal(ask(number), ALLOW, String(number))
  })

  test(`${machine}: judges arguments`, () => {
    assert.equal(ask(calls.clone, 0x01200011), ALLOW)
    assert.equal(ask(calls.clone, 0x10000011), EPERM)
    assert.equal(ask(calls.unshare, 0x00000400), ALLOW)
    assert.equal(ask(calls.unshare, 0x00000080), EPERM)
    assert.equal(ask(calls.ioctl, 0, 0x5401), ALLOW)
    assert.equal(ask(calls.ioctl, 0, 0x5412), EPERM)
    assert.equal(ask(calls.ioctl, 0, 0x7_0000_5412), EPERM)
    assert.equal(ask(calls.socket, 40), 0x00050061)
    for (const family of [1, 2, 10, 16]) assert.equal(ask(calls.socket, family), ALLOW)
    for (const call of modeCalls.filter((entry) => entry[machine] >= 0)) {
      const args = [0, 0, 0, 0]
      if (call.flags >= 0) args[call.flags] = 0o101
      args[call.mode] = 0o755
      assert.equal(ask(call[machine], ...args), ALLOW)
      for (const bit of [0o4000, 0o2000]) {
        args[call.mode] = 0o755 | bit
        assert.equal(ask(call[machine], ...args), EPERM, `${call[machine]} ${bit}`)
      }
      // Without O_CREAT the mode is not passed, and whatever is in its place means nothing.
      if (call.flags >= 0) assert.equal(ask(call[machine], ...args.with(call.flags, 0o2)), ALLOW)
    }
  })

  test(`${machine}: a foreign ABI is killed`, () => {
    for (const arch of [0x40000003, auditArch[machine === 'x64' ? 'arm64' : 'x64'], 0]) assert.equal(answer(program, arch, 1, []), KILL)
    assert.equal(ask(0x40000001), machine === 'x64' ? KILL : ALLOW)
  })
}

test('the assembler refuses jumps that do not fit', () => {
  const far = [ifEqual(1, 'end'), ...Array.from({ length: 256 }, () => load(0)), label('end'), returns(0)]
  assert.throws(() => assemble(far), /256 instructions/)
  assert.throws(() => assemble([goto('nowhere')]), /not defined/)
  assert.throws(() => assemble([label('back'), load(0), goto('back')]), RangeError)
})
