/** Where commands run. One fresh sandbox per command; nothing that holds authority outlives it. */

/**
 * A place the command can see.
 * - `ro` read-only bind, `rw` writable bind
 * - `overlay` writable inside, the host's copy untouched, what was written is gone with the command.
 *   Where the machine cannot mount overlays the driver binds it read-only instead (`SandboxResult.notes` says so).
 * - `mask` an empty read-only file or directory in place of what is there
 * - `hold` a directory that stays where it is: what is in it may change, it cannot be renamed. Over nothing it is left out
 * Later mounts lie over earlier ones. `at` is created where it is missing inside a private tmpfs; inside a bind it must exist.
 */
export type SandboxMount =
  | { readonly mode: 'ro' | 'rw' | 'overlay'; readonly host: string; readonly at: string }
  | { readonly mode: 'mask'; readonly at: string }
  | { readonly mode: 'hold'; readonly at: string }

/** `host:port`, host exact or `.suffix` on a dot boundary. */
export type NetGrant = { readonly mode: 'none' } | { readonly mode: 'allow'; readonly hosts: readonly string[] }

export interface SandboxLimits {
  /** Wall time in milliseconds; then everything inside is killed. */
  readonly timeoutMs: number
  /** Resident memory of the whole tree plus its tmpfs, in MiB. */
  readonly memoryMb: number
  readonly pids: number
  /** Bytes kept of stdout and stderr together: the head and the tail; the middle is dropped and said to be. */
  readonly outputBytes: number
  /** Largest file in bytes, and most bytes by which the writable mounts may grow the disk. */
  readonly diskBytes: number
}

export interface SandboxCommand {
  readonly argv: readonly string[]
  /** Absolute path inside the sandbox. */
  readonly cwd: string
  /** Added to the driver's own small environment (PATH, HOME, LANG, TMPDIR …). Nothing is inherited from our process. */
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly SandboxMount[]
  readonly net: NetGrant
  readonly limits: SandboxLimits
  /** Bytes given on standard input; otherwise it is empty. */
  readonly stdin?: Uint8Array
  /** Called with output as it comes, for live views; never awaited. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void
  /** Awaited before the first connection to each granted `host:port` is made; where it rejects, none is made. */
  readonly onReach?: (host: string) => Promise<void>
}

export interface SandboxResult {
  /** Why it stopped. `exited` covers death by a signal of its own making. */
  readonly ended: 'exited' | 'timeout' | 'memory' | 'disk' | 'cancelled'
  /** Exit code; 128 + signal when a signal ended it; undefined when we ended it. */
  readonly exitCode: number | undefined
  readonly durationMs: number
  /** Most memory that was seen in use, counted as `memoryMb` is: a lower bound, for it is looked at a few times a second. Absent where it ended before the first look. */
  readonly peakMb?: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  /** Both streams in the order they came. */
  readonly output: Uint8Array
  /** Bytes dropped from the middle of `output`. */
  readonly droppedBytes: number
  /** Sentences worth showing: an overlay that became read-only, a network refusal with its reason. */
  readonly notes: readonly string[]
}

/** One layer that was tried when the driver started. */
export interface ProbeFinding {
  readonly name: string
  readonly ok: boolean
  /** What was seen. */
  readonly detail: string
  /** One line a person can run or do, where it is not ok. */
  readonly mend?: string
}

export interface SandboxProbe {
  readonly ok: boolean
  readonly findings: readonly ProbeFinding[]
}

export interface Sandbox {
  /** `linux-bwrap`, `macos-seatbelt`. */
  readonly driver: string
  /** Hash of the profile (namespaces, seccomp program, mounts that are always there): recorded with every run. */
  readonly profileHash: string
  /**
   * Quick start-up probe (one real command under the full profile).
   * @throws Fault `sandbox-unavailable` with the mend in its message: never a silent downgrade.
   */
  ready(): Promise<void>
  /** The thorough self-test behind `writ doctor`: tries to escape, and that what must work works. */
  probe(): Promise<SandboxProbe>
  /** Runs to the end. Aborting the signal kills everything inside and resolves with `ended: 'cancelled'`.
   *  @throws Fault `sandbox-failed` when the sandbox itself could not be set up. */
  run(command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult>
}
