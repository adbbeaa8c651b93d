/** Syscall numbers, from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h). */

export type Machine = 'x64' | 'arm64'

/** AUDIT_ARCH_* values (linux/audit.h). */
export const auditArch: Record<Machine, number> = { x64: 0xc000003e, arm64: 0xc00000b7 }

/** Refused with EPERM whatever the arguments. The last two columns are the numbers on x64 and arm64; -1: not there. */
export const refusedAlways: readonly (readonly [string, number, number])[] = [
  ['ptrace', 101, 117],
  ['process_vm_readv', 310, 270],
  ['process_vm_writev', 311, 271],
  ['process_madvise', 440, 440],
  ['kcmp', 312, 272],
  ['pidfd_getfd', 438, 438],
  ['mount', 165, 40],
  ['umount2', 166, 39],
  ['pivot_root', 155, 41],
  ['open_tree', 428, 428],
  ['move_mount', 429, 429],
  ['fsopen', 430, 430],
  ['fsconfig', 431, 431],
  ['fsmount', 432, 432],
  ['fspick', 433, 433],
  ['mount_setattr', 442, 442],
  ['open_tree_attr', 467, 467],
  ['setns', 308, 268],
  ['open_by_handle_at', 304, 265],
  ['keyctl', 250, 219],
  ['add_key', 248, 217],
  ['request_key', 249, 218],
  ['bpf', 321, 280],
  ['perf_event_open', 298, 241],
  ['userfaultfd', 323, 282],
  ['io_uring_setup', 425, 425],
  ['io_uring_enter', 426, 426],
  ['io_uring_register', 427, 427],
  ['fanotify_init', 300, 262],
  ['kexec_load', 246, 104],
  ['kexec_file_load', 320, 294],
  ['init_module', 175, 105],
  ['finit_module', 313, 273],
  ['delete_module', 176, 106],
  ['acct', 163, 89],
  ['quotactl', 179, 60],
  ['quotactl_fd', 443, 443],
  ['swapon', 167, 224],
  ['swapoff', 168, 225],
  ['reboot', 169, 142],
  ['syslog', 103, 116],
  ['lookup_dcookie', 212, 18],
  ['nfsservctl', 180, 42],
  ['uselib', 134, -1],
  ['ustat', 136, -1],
  ['sysfs', 139, -1],
  ['_sysctl', 156, -1],
  ['modify_ldt', 154, -1],
  ['iopl', 172, -1],
  ['ioperm', 173, -1],
]

/** Answered with ENOSYS: libraries then use the older call, whose arguments the filter can read. */
export const refusedAsMissing: readonly (readonly [string, number, number])[] = [
  ['clone3', 435, 435],
  ['openat2', 437, 437],
]

/** Calls that create files: which argument holds the flags (-1: it always creates) and which the mode. */
export const modeCalls: readonly { readonly x64: number; readonly arm64: number; readonly flags: number; readonly mode: number }[] = [
  { x64: 90, arm64: -1, flags: -1, mode: 1 }, // chmod
  { x64: 91, arm64: 52, flags: -1, mode: 1 }, // fchmod
  { x64: 268, arm64: 53, flags: -1, mode: 2 }, // fchmodat
  { x64: 452, arm64: 452, flags: -1, mode: 2 }, // fchmodat2
  { x64: 85, arm64: -1, flags: -1, mode: 1 }, // creat
  { x64: 133, arm64: -1, flags: -1, mode: 1 }, // mknod
  { x64: 259, arm64: 33, flags: -1, mode: 2 }, // mknodat
  { x64: 2, arm64: -1, flags: 1, mode: 2 }, // open
  { x64: 257, arm64: 56, flags: 2, mode: 3 }, // openat
]

/** Calls judged by an argument of their own. */
export const judgedCalls: Record<Machine, { clone: number; unshare: number; ioctl: number; socket: number; socketpair: number }> = {
  x64: { clone: 56, unshare: 272, ioctl: 16, socket: 41, socketpair: 53 },
  arm64: { clone: 220, unshare: 97, ioctl: 29, socket: 198, socketpair: 199 },
}
