import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { Certainty, Message, ReplyPart } from '../../protocol/conversation.ts'
import type { Json } from '../../protocol/ids.ts'
import type { LiveSignal } from '../../protocol/live.ts'

export type StreamEnd = {
  readonly parts: readonly ReplyPart[]
  /** Undefined where the stream ended without one. */
  readonly finish: LanguageModelV4FinishReason | undefined
  readonly usage: LanguageModelV4Usage | undefined
  /** As the provider named it. */
  readonly model: string | undefined
  readonly certainty: Certainty | undefined
}

export type StreamOptions = {
  readonly onLive: (signal: LiveSignal) => void
  /** Whether a text or a call is being written just now. */
  readonly onWriting: (isWriting: boolean) => void
  /** Ids of earlier calls; new ones never repeat them. */
  readonly takenIds: Set<string>
}

type Block = { type: 'text' | 'reasoning'; text: string; provider: SharedV4ProviderMetadata }
type Call = { type: 'call'; callId: string; name: string; raw: string; provider: SharedV4ProviderMetadata }

/**
 * Reads a whole answer.
 * @throws whatever the provider put into the stream as its error, as it is.
 */
export async function readStream(stream: ReadableStream<LanguageModelV4StreamPart>, options: StreamOptions): Promise<StreamEnd> {
  const blocks: (Block | Call)[] = []
  const open = new Map<string, Block>()
  let finish: LanguageModelV4FinishReason | undefined
  let usage: LanguageModelV4Usage | undefined
  let model: string | undefined
  let certainty: Certainty | undefined
  for await (const part of stream) {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start': {
        const type = part.type === 'text-start' ? 'text' : 'reasoning'
        const block: Block = { type, text: '', provider: { ...part.providerMetadata } }
        blocks.push(block)
        open.set(`${type} ${part.id}`, block)
        options.onWriting(type === 'text')
        break
      }
      case 'text-delta':
      case 'reasoning-delta': {
        const type = part.type === 'text-delta' ? 'text' : 'reasoning'
        const block = open.get(`${type} ${part.id}`)
        if (block === undefined) break
        block.text += part.delta
        addMetadata(block, part.providerMetadata)
        if (part.delta !== '') options.onLive({ kind: type, text: part.delta })
        break
      }
      case 'text-end':
      case 'reasoning-end': {
        const block = open.get(`${part.type === 'text-end' ? 'text' : 'reasoning'} ${part.id}`)
        if (block !== undefined) addMetadata(block, part.providerMetadata)
        options.onWriting(false)
        break
      }
      case 'tool-input-start':
        options.onWriting(true)
        break
      case 'tool-call':
        options.onWriting(false)
        if (part.providerExecuted === true) break
        blocks.push({ type: 'call', callId: part.toolCallId, name: part.toolName, raw: part.input, provider: { ...part.providerMetadata } })
        break
      case 'response-metadata':
        model = part.modelId ?? model
        break
      case 'finish':
        finish = part.finishReason
        usage = part.usage
        certainty = findCertainty(part.providerMetadata)
        break
      case 'error':
        throw part.error
      default:
    }
  }
  const parts = blocks.flatMap((block) => (block.type === 'call' ? [toCallPart(block, options.takenIds)] : toTextPart(block)))
  return { parts, finish, usage, model, certainty }
}

/** A later sign adds to an earlier one: a signature comes at the end of its thoughts. */
function addMetadata(block: Block, metadata: SharedV4ProviderMetadata | undefined): void {
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const given = Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined))
    block.provider[name] = { ...block.provider[name], ...given }
  }
}

function toTextPart(block: Block): readonly ReplyPart[] {
  const provider = findProvider(block.provider)
  if (block.text === '' && (block.type === 'text' || provider === undefined)) return []
  return [{ type: block.type, text: block.text, ...(provider === undefined ? {} : { provider }) }]
}

function toCallPart(call: Call, takenIds: Set<string>): ReplyPart {
  const provider = findProvider(call.provider)
  const input = call.raw.trim() === '' ? {} : findObject(call.raw)
  return {
    type: 'call',
    callId: toFreshId(call.callId, takenIds),
    name: call.name,
    input: input ?? {},
    ...(input === undefined ? { invalid: call.raw } : {}),
    ...(provider === undefined ? {} : { provider }),
  }
}

/** Some servers number their calls from one in every answer, or give no id at all. */
function toFreshId(id: string, taken: Set<string>): string {
  const wanted = id === '' ? 'call' : id
  let fresh = wanted
  for (let n = 2; taken.has(fresh); n++) fresh = `${wanted}-${n}`
  taken.add(fresh)
  return fresh
}

export function listCallIds(messages: readonly Message[]): Set<string> {
  const ids = new Set<string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const part of message.parts) if (part.type === 'call') ids.add(part.callId)
  }
  return ids
}

/** Only an object can go back to every provider. Keys are sorted, as the log sorts them: a resumed run sends the same bytes. */
function findObject(raw: string): Json | undefined {
  try {
    const value = JSON.parse(raw) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? sortKeys(value) : undefined
  } catch {
    // Not JSON: the caller keeps the raw text and the model is told.
    return undefined
  }
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key] ?? null)]))
}

/** Opaque, and only where there is something in it. */
function findProvider(metadata: SharedV4ProviderMetadata): Json | undefined {
  const entries = Object.entries(metadata).filter(([, value]) => Object.values(value).some((each) => each !== null && each !== undefined))
  if (entries.length === 0) return undefined
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Json
}

/** What is left of the probability of each token of the text: the list itself would be as long as the answer. */
function findCertainty(metadata: SharedV4ProviderMetadata | undefined): Certainty | undefined {
  const given = Object.values(metadata ?? {}).map((each) => each['logprobs']).find((each) => Array.isArray(each))
  if (given === undefined) return undefined
  const found = (given as unknown[]).flat(2).flatMap((each) => {
    const logprob = typeof each === 'object' && each !== null && 'logprob' in each ? each.logprob : undefined
    return typeof logprob === 'number' && !Number.isNaN(logprob) ? [Math.exp(Math.min(0, logprob))] : []
  })
  if (found.length === 0) return undefined
  return {
    tokens: found.length,
    mean: found.reduce((sum, each) => sum + each, 0) / found.length,
    least: found.reduce((least, each) => Math.min(least, each), 1),
    low: found.filter((each) => each < 0.5).length / found.length,
  }
}
