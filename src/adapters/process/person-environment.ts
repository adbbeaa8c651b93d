/** What programs of the person's need in order to show something or find their own things; nothing that holds a secret. */
const plain = new Set([
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE',
  'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS',
])

/** The part of our environment that a program of the person's outside of the sandbox is given. */
export function toPersonEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && (plain.has(entry[0]) || /^(?:LC_|XDG_)[A-Z_]+$/.test(entry[0]))))
}
