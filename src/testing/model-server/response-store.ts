import { toObjects, toText } from './json.ts'
import type { JsonObject } from './json.ts'

/**
 * What the Responses API keeps when a client does not say `store: false`: output items by id, and whole conversations
 * by the id of the response that ended them. The oldest go first once there are more than `most` of a kind.
 */
export class ResponseStore {
  readonly #items = new Map<string, JsonObject>()
  readonly #conversations = new Map<string, readonly JsonObject[]>()
  readonly #most: number

  constructor(most = 4096) {
    this.#most = most
  }

  keep(input: readonly JsonObject[], response: JsonObject): void {
    const output = toObjects(response['output'])
    for (const item of output) this.#put(this.#items, toText(item['id']), item)
    this.#put(this.#conversations, toText(response['id']), [...input, ...output])
  }

  findItem(id: string): JsonObject | undefined {
    return this.#items.get(id)
  }

  findConversation(responseId: string): readonly JsonObject[] | undefined {
    return this.#conversations.get(responseId)
  }

  #put<T>(map: Map<string, T>, key: string, value: T): void {
    map.set(key, value)
    const [oldest] = map.keys()
    if (map.size > this.#most && oldest !== undefined) map.delete(oldest)
  }
}
