import picomatch from 'picomatch'

/**
 * Files that hold credentials by their name, wherever they lie. They are read by no tool, written by no tool, and masked
 * in the sandbox. Negated ones are known to be templates.
 */
export const secretGlobs: readonly string[] = [
  '**/.env', '**/.env.*', '**/.envrc', '!**/.env.{example,sample,template,dist}', '!**/.env.*.{example,sample,template,dist}',
  '**/.netrc', '**/_netrc', '**/.git-credentials', '**/.pypirc', '**/.pgpass', '**/.htpasswd', '**/.vault-token',
  '**/.aws/credentials', '**/.docker/config.json', '**/.dockercfg', '**/.kube/config', '**/kubeconfig', '**/*.kubeconfig',
  '**/.config/gcloud/**', '**/.azure/**', '**/.ssh/*', '**/.gnupg/**',
  '**/service-account*.json', '**/service_account*.json', '**/*.tfstate', '**/*.tfstate.backup', '**/credentials.tfrc.json',
]

/** Key material by its name. Not under the directories of `keyFixtureGlobs`, where test suites keep keys made for them. */
export const keyGlobs: readonly string[] = [
  '**/*.pem', '**/*.key', '**/*.p12', '**/*.pfx', '**/*.jks', '**/*.keystore', '**/*.ppk',
  '**/{id_rsa,id_dsa,id_ecdsa,id_ed25519}*', '!**/*.pub',
]

export const keyFixtureGlobs: readonly string[] = [
  '**/{test,tests,__tests__,spec,fixtures,__fixtures__,testdata,test-data,test_data}/**',
]

/** Files that hold a credential only sometimes: a look into them tells (`holdsCredential`). */
export const maybeSecretGlobs: readonly string[] = ['**/.npmrc', '**/.yarnrc', '**/.yarnrc.yml', '**/pip.conf', '**/.pip/pip.conf', '**/.bunfig.toml']

const isSecretName = toMatcher(secretGlobs)
const isKeyName = toMatcher(keyGlobs)
const isKeyFixture = toMatcher(keyFixtureGlobs)
const isMaybeSecret = toMatcher(maybeSecretGlobs)

/** Is this path (relative, with `/`) a secret by name (`yes`), by content (`look`), or not? */
export function toSecrecy(path: string): 'yes' | 'look' | 'no' {
  if (isSecretName(path) || (isKeyName(path) && !isKeyFixture(path))) return 'yes'
  return isMaybeSecret(path) ? 'look' : 'no'
}

/** Is a path a secret by its name, by these lists? `toSecrecy` goes by the lists of this version. */
export function toSecretMatcher(lists: { readonly secretGlobs: readonly string[]; readonly keyGlobs: readonly string[]; readonly keyFixtureGlobs: readonly string[] }): (path: string) => boolean {
  const [isNamed, isKey, isFixture] = [toMatcher(lists.secretGlobs), toMatcher(lists.keyGlobs), toMatcher(lists.keyFixtureGlobs)]
  return (path) => isNamed(path) || (isKey(path) && !isFixture(path))
}

/** Does a registry's configuration hold a token or password, rather than the name of a variable that has it? */
export function holdsCredential(content: string): boolean {
  return /(_authToken|_auth|_password|npmAuthToken|npmAuthIdent|token|password)["']?\s*[=:]\s*["']?(?!\$\{?[A-Z_]+\}?["']?\s*$)\S+/im.test(content)
    || /:\/\/[^\s/:@$]+:[^\s/@$]+@/.test(content)
}

/** Case does not matter: on some disks `.ENV` is `.env`. One expression for all globs, because repositories have 50,000 files. */
/** Compiled at its first use: runs that touch no file should not wait for it. */
function toMatcher(globs: readonly string[]): (path: string) => boolean {
  let match: ((path: string) => boolean) | undefined
  return (path) => {
    match ??= compileMatcher(globs)
    return match(path)
  }
}

function compileMatcher(globs: readonly string[]): (path: string) => boolean {
  const included = toExpression(globs.filter((glob) => !glob.startsWith('!')))
  const excluded = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  if (excluded.length === 0) return (path) => included.test(path)
  const exception = toExpression(excluded)
  return (path) => included.test(path) && !exception.test(path)
}

function toExpression(globs: readonly string[]): RegExp {
  return new RegExp(globs.map((glob) => picomatch.makeRe(glob, { dot: true }).source).join('|'), 'i')
}
