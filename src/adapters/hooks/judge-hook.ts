import { toEffect } from '../../domain/command/to-effect.ts'
import { digestOf } from '../../domain/digest.ts'
import type { CommandPlace, CommandReader } from '../../engine/ports/commands.ts'
import type { Policy } from '../../engine/ports/policy.ts'
import type { CommandReading } from '../../protocol/command.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { HookEvent } from '../../protocol/hooks.ts'
import type { EffectClass, PolicyDecision } from '../../protocol/policy.ts'

export interface HookJudgeOptions {
  readonly policy: Policy
  readonly commands: CommandReader
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface KnownReading {
  readonly reading: CommandReading
  /** Files that were looked into, with the digest of what was there. */
  readonly files: ReadonlyMap<string, string | undefined>
}

/**
 * May this hook run? Its command is read as what it would do, like any other, and judged by the policy. It is read once for
 * the same words and the same scripts; it is judged each time, because the contract and the hour count too.
 */
export function createHookJudge({ policy, commands, now }: HookJudgeOptions): (hook: { readonly command: string; readonly event: HookEvent; readonly host: boolean }, place: CommandPlace, contract: Contract) => Promise<PolicyDecision> {
  const known = new Map<string, KnownReading>()

  async function read(command: string, place: CommandPlace): Promise<CommandReading> {
    const key = `${place.home}\0${command}`
    const before = known.get(key)
    if (before !== undefined && await isCurrent(before, place)) return before.reading
    const files = new Map<string, string | undefined>()
    const reading = await commands.read(command, {
      ...place,
      readFile: async (path) => {
        const text = await place.readFile(path)
        files.set(path, toStamp(text))
        return text
      },
    })
    // What cannot be read at all is not understood.
    if (reading === undefined) return { acts: [], unknown: [{ text: command.slice(0, 500), why: 'it cannot be read' }] }
    known.set(key, { reading, files })
    return reading
  }

  return async ({ command, event, host }, place, contract) => {
    const reading = await read(command, place)
    await policy.ready?.()
    const decide = (under: Contract, effect: EffectClass): PolicyDecision => policy.decide({
      tool: 'shell', input: { command }, effect, paths: [], contract: under, command: reading,
      circumstances: { contract: under, principal: { kind: 'hook', name: event, depth: 0 }, at: now(), callsInMinute: 0, callsInRun: 0, fanOut: 0, autonomy: 0 },
    })
    const decision = decide(contract, 'reversible')
    if (!host || decision.effect !== 'allow') return decision
    // On the host it has this machine's network. Who put it there has said yes to what a rule would ask, not to what one forbids.
    const there = { ...contract, network: ['*', ...reading.acts.flatMap((act) => act.hosts)] }
    const onHost = decide(there, toEffect(reading, there))
    return onHost.effect === 'deny' ? onHost : decision
  }
}

async function isCurrent({ files }: KnownReading, place: CommandPlace): Promise<boolean> {
  for (const [path, stamp] of files) if (toStamp(await place.readFile(path)) !== stamp) return false
  return true
}

function toStamp(text: string | undefined): string | undefined {
  return text === undefined ? undefined : digestOf(text)
}
