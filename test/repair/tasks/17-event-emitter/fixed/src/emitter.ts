export type Listener<T> = (payload: T) => void

/** Listeners run in the order they came, each exactly once an emit. */
export class Emitter<Events extends Record<string, unknown>> {
  private readonly listeners = new Map<keyof Events, Listener<never>[]>()

  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const list = this.listeners.get(name) ?? []
    list.push(listener as Listener<never>)
    this.listeners.set(name, list)
    return () => this.off(name, listener)
  }

  once<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const off = this.on(name, (payload) => {
      off()
      listener(payload)
    })
    return off
  }

  off<K extends keyof Events>(name: K, listener: Listener<Events[K]>): void {
    const list = this.listeners.get(name)
    if (list === undefined) return
    const at = list.indexOf(listener as Listener<never>)
    if (at >= 0) list.splice(at, 1)
    if (list.length === 0) this.listeners.delete(name)
  }

  emit<K extends keyof Events>(name: K, payload: Events[K]): number {
    const list = [...(this.listeners.get(name) ?? [])] as Listener<Events[K]>[]
    let called = 0
    for (const listener of list) {
      listener(payload)
      called += 1
    }
    return called
  }

  count(name: keyof Events): number {
    return this.listeners.get(name)?.length ?? 0
  }
}
