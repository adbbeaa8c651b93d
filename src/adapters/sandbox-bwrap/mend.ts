/** What a failure of bwrap means, and what a person can do about it in one line. */
export interface Cause {
  readonly cause: string
  readonly mend: string
}

const RULES: readonly (readonly [RegExp, string, string])[] = [
  [
    /setting up uid map: Permission denied|RTM_NEWADDR|loopback: Failed/i,
    'AppArmor keeps bwrap from using user namespaces (kernel.apparmor_restrict_unprivileged_userns=1)',
    'sudo apt-get install apparmor-profiles && sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict ' +
      '/etc/apparmor.d/ && sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict (or, wider: sudo sysctl -w ' +
      'kernel.apparmor_restrict_unprivileged_userns=0)',
  ],
  [
    /No space left on device|ENOSPC/i,
    'user namespaces are used up or switched off (user.max_user_namespaces)',
    'sudo sysctl -w user.max_user_namespaces=15000',
  ],
  [
    /Can't mount proc|mount proc on/i,
    'a container around us masks /proc, so a fresh one cannot be mounted',
    'start the container with --security-opt systempaths=unconfined, or run Writ on the host',
  ],
  [
    /Creating new namespace failed|No permissions to create (?:a )?new namespace|unshare failed|Operation not permitted/i,
    'new namespaces are forbidden here, as a rule by the seccomp profile of a container around us or by kernel.unprivileged_userns_clone=0',
    'on a host: sudo sysctl -w kernel.unprivileged_userns_clone=1; in a container: give it a seccomp profile that allows user namespaces, or run Writ on the host',
  ],
  [
    /Unknown option|disable-userns/i,
    'this bwrap is too old for the profile',
    'install bubblewrap 0.8.0 or newer (Debian 12, Ubuntu 24.04 and Fedora 38 have it)',
  ],
  [/setgroups|CAP_SETFCAP/i, 'root here lacks the right to map user ids', 'run Writ as an ordinary user'],
]

/** @returns the known cause of what bwrap wrote on its standard error, or undefined. */
export function findCause(stderr: string): Cause | undefined {
  const rule = RULES.find(([pattern]) => pattern.test(stderr))
  return rule === undefined ? undefined : { cause: rule[1], mend: rule[2] }
}

export const MISSING_BWRAP: Cause = {
  cause: 'bubblewrap (the bwrap program) is not installed in a system directory',
  mend: 'sudo apt-get install bubblewrap (Debian, Ubuntu) or sudo dnf install bubblewrap (Fedora)',
}

export const WSL1: Cause = {
  cause: 'this is WSL 1, which has no namespaces',
  mend: 'wsl --set-version <distribution> 2, from Windows',
}
