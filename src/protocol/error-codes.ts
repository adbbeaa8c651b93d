/** Every fault has one of these codes. One exhaustive table per question, keyed by code. */
export const faultCodes = [
  'request-invalid',
  'repository-unusable',
  'contract-unreadable',
  'run-unknown',
  'run-locked',
  'run-corrupt',
  'accept-refused',
  'key-unusable',
  'policy-refused',
  'sandbox-unavailable',
  'sandbox-failed',
  'git-failed',
  'disk-failed',
  'model-unconfigured',
  'model-unauthorized',
  'model-rejected',
  'model-rate-limited',
  'model-overloaded',
  'model-unreachable',
  'model-timeout',
  'model-stream-broken',
  'model-malformed',
  'cancelled',
] as const
export type FaultCode = (typeof faultCodes)[number]

/** Process exit codes, as the README lists them. */
export const exitCodes = {
  proven: 0,
  /** There is a plan, and nothing more was wanted. */
  planned: 0,
  /** A child run that proves nothing has said what it was asked for: findings of a review, or how the tests that it wrote are run. */
  reported: 0,
  'not-achieved': 1,
  'request-wrong': 2,
  waiting: 3,
  limit: 4,
  fault: 5,
  interrupted: 130,
} as const
export type ExitName = keyof typeof exitCodes

/** Would the same attempt, made again a little later, have a fair chance? */
export const isRetryable: Record<FaultCode, boolean> = {
  'request-invalid': false,
  'repository-unusable': false,
  'contract-unreadable': false,
  'run-unknown': false,
  'run-locked': false,
  'run-corrupt': false,
  'accept-refused': false,
  'key-unusable': false,
  'policy-refused': false,
  'sandbox-unavailable': false,
  'sandbox-failed': false,
  'git-failed': false,
  'disk-failed': false,
  'model-unconfigured': false,
  'model-unauthorized': false,
  'model-rejected': false,
  'model-rate-limited': true,
  'model-overloaded': true,
  'model-unreachable': true,
  'model-timeout': true,
  'model-stream-broken': true,
  'model-malformed': true,
  cancelled: false,
}

/** How the process ends when this fault reaches the person. */
export const exitOf: Record<FaultCode, ExitName> = {
  'request-invalid': 'request-wrong',
  'repository-unusable': 'request-wrong',
  'contract-unreadable': 'request-wrong',
  'run-unknown': 'request-wrong',
  'run-locked': 'request-wrong',
  'run-corrupt': 'fault',
  'accept-refused': 'request-wrong',
  'key-unusable': 'fault',
  'policy-refused': 'request-wrong',
  'sandbox-unavailable': 'fault',
  'sandbox-failed': 'fault',
  'git-failed': 'fault',
  'disk-failed': 'fault',
  'model-unconfigured': 'request-wrong',
  'model-unauthorized': 'request-wrong',
  'model-rejected': 'not-achieved',
  'model-rate-limited': 'not-achieved',
  'model-overloaded': 'not-achieved',
  'model-unreachable': 'not-achieved',
  'model-timeout': 'not-achieved',
  'model-stream-broken': 'not-achieved',
  'model-malformed': 'not-achieved',
  cancelled: 'interrupted',
}
