import { z } from 'zod'
import { toCanonicalJson } from '../domain/chain.ts'
import { Templates, templateDigest, templates } from '../domain/context/template.ts'
import { digestOf } from '../domain/digest.ts'
import type { Blobs } from '../engine/ports/event-log.ts'
import type { ReplayInput } from '../engine/replay/replay.ts'
import type { Grounds } from '../engine/replay/recorded-ports.ts'
import { ToolSpec } from '../protocol/conversation.ts'
import type { BlobRef } from '../protocol/ids.ts'
import { openTools } from './compose-engine.ts'
import { ConfigFile } from './config.ts'
import { openBuiltinPolicy, parseKeptPolicy } from './open-policy.ts'

/**
 * What a run decided with: the prompts, tool descriptions and policy that were kept with it. Those of this version are used
 * where they are the same, which needs no blob. How tools judge their input is always this version's code.
 */
export function createGroundsOpener(blobs: Blobs): ReplayInput['openGrounds'] {
  const read = async (ref: BlobRef): Promise<string> => new TextDecoder().decode(await blobs.get(ref))
  return async (opened, kept): Promise<Grounds> => {
    const config = ConfigFile.safeParse(opened.settings ?? {})
    const tools = await openTools(opened.draft.network, config.data ?? {})
    const own = { tools: tools.list, toolSpecs: tools.specs, policy: openBuiltinPolicy(), templates }
    if (!kept) return own
    const toolSpecs = digestOf(toCanonicalJson(own.toolSpecs)) === kept.tools.digest ? own.toolSpecs : z.array(ToolSpec).parse(JSON.parse(await read(kept.tools)))
    return {
      // A tool that came later did not exist for that run.
      tools: tools.all.filter((tool) => toolSpecs.some((spec) => spec.name === tool.name)),
      toolSpecs,
      policy: own.policy.hash === kept.policy.digest ? own.policy : await parseKeptPolicy(await read(kept.policy)),
      templates: templateDigest === kept.template.digest ? own.templates : Templates.parse(JSON.parse(await read(kept.template))),
    }
  }
}
