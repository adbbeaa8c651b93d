import { userInfo } from 'node:os'

/** Who the record says did it. */
export function userName(): string {
  return process.env.USER || process.env.LOGNAME || userInfo().username
}
