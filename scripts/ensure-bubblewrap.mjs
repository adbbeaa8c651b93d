// Bubblewrap makes the sandbox. Where it is missing and this user may install it, it is installed from the distribution.
import { execFileSync, spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'

function has(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** @returns {{ ok: boolean, message: string }} */
export function ensureBubblewrap() {
  if (process.platform !== 'linux') return { ok: true, message: '' }
  if (has('bwrap')) return { ok: true, message: '' }
  const mend = 'The sandbox needs bubblewrap. Install it with: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora), sudo pacman -S bubblewrap (Arch)'
  if (!has('apt-get')) return { ok: false, message: mend }
  const root = process.getuid?.() === 0
  if (!root && !has('sudo', ['-n', 'true'])) return { ok: false, message: `${mend}\nThis user may not install packages without a password, so it was not tried.` }
  process.stderr.write('Installing bubblewrap from the distribution …\n')
  const run = (...args) => execFileSync(root ? args[0] : 'sudo', root ? args.slice(1) : ['-n', ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 })
  try {
    try {
      run('apt-get', 'install', '-y', '-qq', 'bubblewrap')
    } catch {
      // A fresh machine has no package lists yet.
      run('apt-get', 'update', '-qq')
      run('apt-get', 'install', '-y', '-qq', 'bubblewrap')
    }
  } catch (error) {
    return { ok: false, message: `${mend}\nInstalling it failed: ${String(error.stderr ?? error.message).trim().split('\n').at(-1)}` }
  }
  return has('bwrap') ? { ok: true, message: 'bubblewrap was installed from the distribution.' } : { ok: false, message: mend }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { ok, message } = ensureBubblewrap()
  if (message) process.stderr.write(`${message}\n`)
  process.exit(ok ? 0 : 1)
}
