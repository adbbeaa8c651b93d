import type { Program } from './bpf.ts'
import { assemble, goto, ifAnyBit, ifAtLeast, ifEqual, label, load, NEXT, returns } from './bpf.ts'
import type { Machine } from './syscalls.ts'
import { auditArch, judgedCalls, modeCalls, refusedAlways, refusedAsMissing } from './syscalls.ts'

const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const errno = (code: number): number => 0x00050000 | code
const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97

/** Offsets in struct seccomp_data; of an argument only the low 32 bits are read, as the kernel does for these calls. */
const NUMBER = 0
const ARCH = 4
const argument = (index: number): number => 16 + index * 8

/** On x64 the other ABIs share the architecture and set this bit (x32). */
const X32_BIT = 0x40000000

const SET_ID_BITS = 0o6000
const O_CREAT = 0o100
const O_TMPFILE_BIT = 0o20000000
const NEW_NAMESPACE_FLAGS = 0x7e020000
/** CLONE_NEWTIME: in clone() these bits are the exit signal, so only unshare() is asked. */
const NEW_TIME_FLAG = 0x80
const TIOCSTI = 0x5412
const TIOCLINUX = 0x541c
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. A network namespace does not hold AF_VSOCK back, so families are listed. */
const ALLOWED_FAMILIES = [1, 2, 10, 16]

/**
 * The seccomp program: everything is allowed except what reaches other processes, mounts, namespaces, kernel
 * interfaces with a history of holes, set-id files, terminals' input and unusual socket families.
 * A call made through a foreign ABI kills the process.
 * @returns the bytes of `struct sock_filter[]`, as `bwrap --seccomp` reads them.
 */
export function toSeccompProgram(machine: Machine): Uint8Array {
  return assemble([...guardAbi(machine), ...refuse(machine), ...judge(machine), ...verdicts()])
}

/** @returns undefined on a processor for which there is no program. */
export function findMachine(arch: string): Machine | undefined {
  return arch === 'x64' || arch === 'arm64' ? arch : undefined
}

function guardAbi(machine: Machine): Program {
  return [
    load(ARCH),
    ifEqual(auditArch[machine], 'native'),
    returns(KILL_PROCESS),
    label('native'),
    load(NUMBER),
    ...(machine === 'x64' ? [ifAtLeast(X32_BIT, NEXT, 'known'), returns(KILL_PROCESS), label('known')] : []),
  ]
}

function numberOf(machine: Machine, row: readonly [string, number, number]): number {
  return machine === 'x64' ? row[1] : row[2]
}

function refuse(machine: Machine): Program {
  const always = refusedAlways.map((row) => numberOf(machine, row)).filter((number) => number >= 0)
  return [
    ...always.map((number) => ifEqual(number, 'eperm')),
    ...refusedAsMissing.map((row) => ifEqual(numberOf(machine, row), 'enosys')),
  ]
}

function judge(machine: Machine): Program {
  const calls = judgedCalls[machine]
  const creating = modeCalls.map((call) => ({ ...call, number: call[machine] })).filter((call) => call.number >= 0)
  const jumps = [
    ifEqual(calls.clone, 'clone'),
    ifEqual(calls.unshare, 'unshare'),
    ifEqual(calls.ioctl, 'ioctl'),
    ifEqual(calls.socket, 'socket'),
    ifEqual(calls.socketpair, 'socket'),
    ...creating.map((call) => ifEqual(call.number, `mode${call.number}`)),
  ]
  const modes = creating.flatMap((call) => [
    label(`mode${call.number}`),
    ...(call.flags < 0 ? [] : [load(argument(call.flags)), ifAnyBit(O_CREAT | O_TMPFILE_BIT, NEXT, 'allow')]),
    load(argument(call.mode)),
    ifAnyBit(SET_ID_BITS, 'eperm', 'allow'),
  ])
  return [
    ...jumps,
    goto('allow'),
    label('clone'),
    load(argument(0)),
    ifAnyBit(NEW_NAMESPACE_FLAGS, 'eperm', 'allow'),
    label('unshare'),
    load(argument(0)),
    ifAnyBit(NEW_NAMESPACE_FLAGS | NEW_TIME_FLAG, 'eperm', 'allow'),
    label('ioctl'),
    load(argument(1)),
    ifEqual(TIOCSTI, 'eperm'),
    ifEqual(TIOCLINUX, 'eperm', 'allow'),
    label('socket'),
    load(argument(0)),
    ...ALLOWED_FAMILIES.map((family) => ifEqual(family, 'allow')),
    goto('family'),
    ...modes,
  ]
}

function verdicts(): Program {
  return [
    label('allow'),
    returns(ALLOW),
    label('eperm'),
    returns(errno(EPERM)),
    label('enosys'),
    returns(errno(ENOSYS)),
    label('family'),
    returns(errno(EAFNOSUPPORT)),
  ]
}
