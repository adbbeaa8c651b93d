import { toSecrecy } from '../text/secret-paths.ts'
import type { Shell } from './shell.ts'
import { toExpression, toExpressionSource } from './shell-pattern.ts'
import { hasPattern, isExact, toPlain } from './text-marks.ts'

const places = [
  /(?:^|\/)\.(?:ssh|aws|gnupg|kube|azure|password-store|secrets)(?:\/|$)/, /(?:^|\/)\.(?:netrc|npmrc|pypirc|pgpass|my\.cnf|git-credentials|vault-token|bash_history|zsh_history|boto|s3cfg)$/,
  /(?:^|\/)\.config\/(?:gh|gcloud|hub|glab-cli|op|rclone|doctl)(?:\/|$)/, /(?:^|\/)\.docker\/config\.json$/, /(?:^|\/)\.cargo\/credentials(?:\.toml)?$/, /(?:^|\/)\.gem\/credentials$/, /(?:^|\/)\.terraform\.d\/credentials/,
  /^\/etc\/(?:shadow|gshadow|sudoers|master\.passwd)/, /^\/proc\/[^/]+\/(?:environ|mem)$/, /^\/run\/secrets\//, /^\/var\/run\/secrets\//, /(?:^|\/)Library\/Keychains(?:\/|$)/,
]

/** What a pattern is tried on. */
const wellKnown = ['.env', '.env.local', '.env.production', '.envrc', '.npmrc', '.netrc', '.git-credentials', '.pypirc', 'id_rsa', 'id_ed25519', 'credentials', '.aws', '.ssh']

/** Does this absolute path name a secret? A pattern does if a secret of the usual names fits it. */
export function isSecretPath(path: string, shell: Shell): boolean {
  if (hasPattern(path)) return fitsSecret(path)
  if (!isExact(path)) return false
  const { home } = shell.session.place
  if (places.some((place) => place.test(path))) return path !== `${home}/.npmrc` || shell.session.place.isSecret('.npmrc')
  if (path.startsWith(`${home}/`)) return shell.session.place.isSecret(path.slice(home.length + 1))
  return toSecrecy(path.slice(1)) !== 'no'
}

function fitsSecret(path: string): boolean {
  const parts = path.split('/')
  const at = parts.findIndex((part) => hasPattern(part))
  const part = parts[at] ?? ''
  // A star does not stand for a dot at the beginning.
  const isHidden = part.startsWith('.')
  if (!isHidden && (part === '\uE010' || /^\uE010\./.test(part))) return places.some((place) => place.test(toPlain(path)))
  const test = toExpression(`^${toExpressionSource(part)}$`)
  return wellKnown.some((name) => name.startsWith('.') === isHidden && test.test(name)) || places.some((place) => place.test(toPlain(path)))
}
