/** What npm knows, and what it takes some of it for. */
const commands: readonly string[] = [
  'access', 'adduser', 'approve-scripts', 'audit', 'bugs', 'cache', 'ci', 'completion', 'config', 'dedupe', 'deny-scripts', 'deprecate', 'diff', 'dist-tag', 'docs', 'doctor', 'edit', 'exec', 'explain', 'explore', 'find-dupes', 'fund', 'get', 'help', 'help-search', 'init', 'install', 'install-ci-test', 'install-test', 'link', 'll', 'login',
  'logout', 'ls', 'org', 'outdated', 'owner', 'pack', 'ping', 'pkg', 'prefix', 'profile', 'prune', 'publish', 'query', 'rebuild', 'repo', 'restart', 'root', 'run', 'sbom', 'search', 'set', 'set-script', 'shrinkwrap', 'stage', 'star', 'stars', 'start', 'stop', 'team', 'test', 'token', 'trust', 'undeprecate', 'uninstall', 'unpublish', 'unstar', 'update', 'version', 'view', 'whoami',
]
const aliases: ReadonlyMap<string, string> = new Map([
  ['author', 'owner'], ['ogr', 'org'], ['add-user', 'adduser'], ['dist-tags', 'dist-tag'], ['run-script', 'run'], ['rum', 'run'], ['urn', 'run'], ['x', 'exec'], ['t', 'test'], ['tst', 'test'], ['c', 'config'], ['s', 'search'], ['se', 'search'], ['find', 'search'],
  ['i', 'install'], ['in', 'install'], ['ins', 'install'], ['inst', 'install'], ['insta', 'install'], ['instal', 'install'], ['isnt', 'install'], ['isnta', 'install'], ['isntal', 'install'], ['isntall', 'install'], ['add', 'install'], ['it', 'install-test'], ['cit', 'install-ci-test'], ['sit', 'install-ci-test'], ['clean-install-test', 'install-ci-test'],
  ['clean-install', 'ci'], ['ic', 'ci'], ['install-clean', 'ci'], ['isntall-clean', 'ci'], ['u', 'update'], ['up', 'update'], ['upgrade', 'update'], ['udpate', 'update'], ['un', 'uninstall'], ['unlink', 'uninstall'], ['remove', 'uninstall'], ['rm', 'uninstall'], ['r', 'uninstall'], ['rb', 'rebuild'], ['ln', 'link'], ['ddp', 'dedupe'],
  ['list', 'ls'], ['la', 'll'], ['create', 'init'], ['innit', 'init'], ['home', 'docs'], ['issues', 'bugs'], ['info', 'view'], ['show', 'view'], ['v', 'view'], ['why', 'explain'], ['hlep', 'help'], ['verison', 'version'],
])

const valued = /^(?:-w|--workspace|--prefix|-C|--cwd|--dir|--filter|-F|--filter-prod|--registry|--tag|--access|--otp|--userconfig|--cache|--loglevel|--omit|--include|--script-shell)$/

/** The words of a package manager without the options that are known to take one, and what they take. */
export function withoutValues(args: readonly string[]): readonly string[] {
  return args.filter((arg, index) => !valued.test(arg) && !valued.test(args[index - 1] ?? ''))
}

/**
 * The commands that npm could take a word for: itself or what it is another name of, and else all that it is the beginning of
 * (`npm pub` publishes). npm itself wants to find one; which it finds changes with its versions.
 */
export function toNpmCommands(word: string): readonly string[] {
  const name = toName(word)
  const exact = commands.includes(name) ? name : aliases.get(name)
  if (exact !== undefined) return [exact]
  const begun = [...commands, ...aliases.keys()].filter((each) => each.startsWith(name)).map((each) => aliases.get(each) ?? each)
  return begun.length > 0 ? [...new Set(begun)] : [word]
}

/** The command that a word is a part of, and no name of its own. Undefined where it is whole, or may be several. */
export function completeNpmCommand(word: string): string | undefined {
  const found = toNpmCommands(word)
  return found.length === 1 && found[0] !== word && !aliases.has(toName(word)) ? found[0] : undefined
}

function toName(word: string): string {
  return word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
