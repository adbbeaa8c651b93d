/** A binary heap of small whole numbers, least key first; equal keys by number, so that results do not depend on history. */
export interface TaskHeap {
  readonly size: () => number
  push(task: number): void
  /** Undefined if there is none. */
  pop(): number | undefined
  peek(): number | undefined
}

/** `keys[task]` must not change while the task is in the heap. */
export function createTaskHeap(keys: Float64Array | Int32Array): TaskHeap {
  const heap: number[] = []
  const isBefore = (a: number, b: number): boolean => keys[a]! < keys[b]! || (keys[a]! === keys[b]! && a < b)
  const sift = (from: number, task: number): void => {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, task)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = task
  }
  return {
    size: () => heap.length,
    peek: () => heap[0],
    push: (task) => {
      let at = heap.push(task) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!isBefore(task, heap[parent]!)) break
        heap[at] = heap[parent]!
        at = parent
      }
      heap[at] = task
    },
    pop: () => {
      const top = heap[0]
      const last = heap.pop()
      if (heap.length > 0 && last !== undefined) sift(0, last)
      return top
    },
  }
}
