import type { CheckedMount } from './mounts.ts'

/**
 * How a directory becomes writable inside without its host copy changing.
 * - `native` bwrap mounts it (0.11 and newer)
 * - `namespace` a user and mount namespace around bwrap mounts it first (older bwrap)
 * - `none` neither works on this machine: it is bound read-only
 */
export type OverlayWay = 'native' | 'namespace' | 'none'
export const overlayWays: readonly OverlayWay[] = ['native', 'namespace', 'none']

export interface Launch {
  readonly file: string
  readonly args: readonly string[]
}

export interface OverlayPlan {
  readonly bwrapArgs: readonly string[]
  /** Puts around bwrap what has to be there. */
  wrap(bwrap: Launch): Launch
  readonly notes: readonly string[]
}

/**
 * Runs in the outer namespace: a sized tmpfs for what will be written, then one overlay for each directory.
 * The lower directory is named `.` from within, for a path may hold the separators that mount options use.
 * `$1` mount point of the tmpfs, `$2` its size, `$3` how many directories follow; then bwrap and its arguments.
 */
const SCRIPT = `set -e
top=$1; size=$2; count=$3; shift 3
mount -t tmpfs -o "size=$size,mode=700" writ "$top"
i=0
while [ "$i" -lt "$count" ]; do
  mkdir "$top/u$i" "$top/w$i" "$top/m$i"
  cd "$1"; shift
  mount -t overlay -o "lowerdir=.,upperdir=$top/u$i,workdir=$top/w$i,userxattr" writ "$top/m$i"
  i=$((i+1))
done
cd /
unset PWD OLDPWD
exec "$@"
`

export interface OverlayOptions {
  readonly way: OverlayWay
  /** An empty directory of ours whose path holds no comma, colon or backslash. */
  readonly mountPoint: string
  readonly sizeBytes: number
}

/** Mounts in the order given, with overlays made in the way this machine allows. */
export function planMounts(mounts: readonly CheckedMount[], options: OverlayOptions): OverlayPlan {
  const overlays = mounts.filter((mount) => mount.mode === 'overlay')
  const bwrapArgs = mounts.flatMap((mount) => {
    if (mount.mode === 'rw' || mount.mode === 'held') return ['--bind', mount.host, mount.at]
    if (mount.mode !== 'overlay' || options.way === 'none') return ['--ro-bind', mount.host, mount.at]
    if (options.way === 'native') return ['--overlay-src', mount.host, '--tmp-overlay', mount.at]
    return ['--bind', `${options.mountPoint}/m${overlays.indexOf(mount)}`, mount.at]
  })
  const plain: OverlayPlan = { bwrapArgs, wrap: (bwrap) => bwrap, notes: [] }
  if (overlays.length === 0 || options.way === 'native') return plain
  if (options.way === 'none') {
    return {
      ...plain,
      notes: overlays.map((mount) => `${mount.at} is read-only: this machine cannot mount overlays for an ordinary command.`),
    }
  }
  return {
    ...plain,
    wrap: (bwrap) => ({
      file: '/usr/bin/unshare',
      args: [
        '-U', '-r', '-m', '/bin/sh', '-c', SCRIPT, 'sh', options.mountPoint, String(options.sizeBytes),
        String(overlays.length), ...overlays.map((mount) => mount.host), bwrap.file, ...bwrap.args,
      ],
    }),
  }
}
