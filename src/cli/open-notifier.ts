import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Notifier } from '../adapters/notify/create-notifier.ts'
import type { DeliveryOptions } from '../adapters/notify/delivery.ts'
import type { Outbox } from '../adapters/notify/outbox.ts'
import type { Masker } from '../domain/secrets/masker.ts'
import type { OpenRecord } from './compose.ts'
import { readConfig, type ConfigFile } from './config.ts'
import type { Places } from './places.ts'

/** Watches a run for the person's channels; undefined where none is configured, which then costs nothing. `note` writes a line beside the run. */
export async function openNotifier(record: OpenRecord, note: (text: string) => void): Promise<Notifier | undefined> {
  const { values } = await readConfig(record.places)
  const channels = values.notify ?? []
  if (channels.length === 0) return undefined
  const [{ createNotifier }, outbox, delivery, masker] = await Promise.all([
    import('../adapters/notify/create-notifier.ts'), openNotices(record), toDeliveryOptions(record, note), openNoticeMask(record.places, values),
  ])
  const notifier = createNotifier({ ...delivery, channels, outbox, pid: process.pid, mask: (text) => masker.mask(text), complain: (text) => note(`writ: ${masker.mask(text)}`) })
  if (existsSync(toOutboxFolder(record.places))) notifier.deliverWaiting()
  return notifier
}

/** What was not delivered yet. */
export async function openNotices({ places, clock }: Pick<OpenRecord, 'places' | 'clock'>): Promise<Outbox> {
  const { openOutbox } = await import('../adapters/notify/outbox.ts')
  return openOutbox({ directory: toOutboxFolder(places), now: () => clock.now(), pid: process.pid })
}

export async function toDeliveryOptions({ clock }: Pick<OpenRecord, 'clock'>, note: (text: string) => void): Promise<DeliveryOptions> {
  const { toPersonEnvironment } = await import('../adapters/process/person-environment.ts')
  return {
    env: process.env, person: { home: process.env.HOME || homedir(), env: toPersonEnvironment(process.env) }, clock, random: Math.random,
    show: (text, kind) => {
      if (process.stderr.isTTY) process.stderr.write('\u0007')
      // Whoever sits here is asked here: a line about it would stand in the middle of the question.
      if (kind !== 'approval' || !process.stdin.isTTY || !process.stderr.isTTY) note(text)
    },
  }
}

/** Also takes out what the variables of the webhooks hold, whatever they are called. */
export async function openNoticeMask(places: Places, config: ConfigFile): Promise<Masker> {
  const { openMasker } = await import('./compose-engine.ts')
  const variables = [...(config.secrets?.variables ?? []), ...(config.notify ?? []).flatMap((each) => (each.type === 'webhook' ? [each.secret_env] : []))]
  return openMasker(places, { ...config, secrets: { ...config.secrets, variables } })
}

function toOutboxFolder(places: Places): string {
  return join(places.state, 'outbox')
}
