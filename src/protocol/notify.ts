import { z } from 'zod'

/** What a person may want to hear of. `fault`: the run stopped on something outside, or at a limit. */
export const NoticeKind = z.enum(['approval', 'quarantine', 'ended', 'fault'])
export type NoticeKind = z.infer<typeof NoticeKind>

/** A message to a person. Nothing secret, no prompt and no content of a file is in it. */
export const Notice = z.lazy(() => z.strictObject({
  /** The same for every delivery of the same message. */
  id: z.string().min(1).max(100),
  kind: z.union([NoticeKind, z.literal('test')]),
  /** The event that it tells of, as the log names it. */
  event: z.string(),
  /** ISO 8601, of the event. */
  at: z.string(),
  run: z.string(),
  /** Name of the repository's folder. */
  repository: z.string(),
  /** One sentence. */
  text: z.string().max(1000),
  /** The command that answers it or shows more. */
  next: z.string().max(300),
  /** Of `ended`: how. */
  outcome: z.string().optional(),
}))
export type Notice = z.infer<typeof Notice>

const face = {
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'it is a short name in lower case').optional(),
  /** What it is told of; everything when left out. */
  on: z.array(NoticeKind).min(1).optional(),
}

const TerminalChannel = z.strictObject({ ...face, type: z.literal('terminal') })
const CommandChannel = z.lazy(() => z.strictObject({
  ...face,
  type: z.literal('command'),
  /** A program of the person's and its arguments; run outside of the sandbox. */
  command: z.array(z.string().min(1).max(4000)).min(1).max(50),
}))
const WebhookChannel = z.lazy(() => z.strictObject({
  ...face,
  type: z.literal('webhook'),
  url: z.string().max(2000).refine(isSafeAddress, 'it is an https address without a name and password in it (http only to this machine itself)'),
  /** Name of the environment variable with the secret that messages are signed with. */
  secret_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'it is the name of a variable'),
}))

/** One way to reach a person. */
export const NotifyChannel = z.discriminatedUnion('type', [TerminalChannel, CommandChannel, WebhookChannel])
export type NotifyChannel = z.infer<typeof NotifyChannel>
export type CommandChannel = z.infer<typeof CommandChannel>
export type WebhookChannel = z.infer<typeof WebhookChannel>

/** Those of one person. A channel without a name has that of its type. */
export const NotifyChannels = z.array(NotifyChannel).max(20).refine((channels) => new Set(channels.map(nameOf)).size === channels.length, 'two channels have the same name: give each its own')
export type NotifyChannels = z.infer<typeof NotifyChannels>

export function nameOf(channel: { readonly name?: string | undefined; readonly type: string }): string {
  return channel.name ?? channel.type
}

function isSafeAddress(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(parsed.hostname))
}
