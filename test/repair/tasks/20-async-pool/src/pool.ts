/** Runs at most `width` jobs at a time; results are in the order of the jobs. */
export async function runPool<T>(jobs: readonly (() => Promise<T>)[], width: number): Promise<T[]> {
  if (width < 1) throw new RangeError('width is at least 1')
  const results: T[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < jobs.length) {
      const at = next++
      results[at] = await jobs[at]!()
    }
  }
  const workers = Array.from({ length: Math.min(width, jobs.length) }, work)
  Promise.all(workers)
  return results
}

export class Mutex {
  private tail: Promise<unknown> = Promise.resolve()
  waiting = 0

  async hold<T>(body: () => Promise<T> | T): Promise<T> {
    this.waiting += 1
    const turn = this.tail.then(() => {
      this.waiting -= 1
      return body()
    })
    this.tail = turn.catch(() => undefined)
    return turn
  }
}

export async function mapPool<A, B>(items: readonly A[], width: number, each: (item: A, at: number) => Promise<B>): Promise<B[]> {
  return runPool(items.map((item, at) => () => each(item, at)), width)
}
