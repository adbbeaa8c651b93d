/**
 * Variables that every command finds in the sandbox, as far as they are the same for all. What a command sets itself comes on top;
 * any other is not known before it runs.
 */
export function knownEnvironment(root: string, home: string): Readonly<Record<string, string>> {
  return { HOME: home, PWD: root, OLDPWD: root, USER: 'writ', LOGNAME: 'writ', SHELL: '/bin/bash', LANG: 'C.UTF-8', TMPDIR: '/tmp', TERM: 'dumb', PATH: '/usr/local/bin:/usr/bin:/bin', IFS: ' \t\n', GIT_OPTIONAL_LOCKS: '0' }
}
