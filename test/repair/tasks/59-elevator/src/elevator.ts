export type Direction = 'up' | 'down' | 'idle'

/** Goes on in its direction as long as somebody waits there. */
export class Elevator {
  floor: number
  direction: Direction = 'idle'
  readonly stops = new Set<number>()
  readonly visited: number[] = []

  constructor(floor = 0) {
    this.floor = floor
  }

  call(floor: number): void {
    if (floor !== this.floor) this.stops.add(floor)
  }

  private nearest(): number | undefined {
    let best: number | undefined
    for (const stop of this.stops) {
      if (best === undefined || Math.abs(stop - this.floor) < Math.abs(best - this.floor)) best = stop
    }
    return best
  }

  private next(): number | undefined {
    const above = [...this.stops].filter((stop) => stop > this.floor)
    const below = [...this.stops].filter((stop) => stop < this.floor)
    if (this.direction === 'up' && above.length > 0) return Math.min(...above)
    if (this.direction === 'down' && below.length > 0) return Math.max(...below)
    return this.nearest()
  }

  step(): Direction {
    const stop = this.next()
    if (stop === undefined) {
      this.direction = 'idle'
      return 'idle'
    }
    this.direction = stop > this.floor ? 'down' : 'up'
    this.floor = stop
    this.stops.delete(stop)
    this.visited.push(stop)
    return this.direction
  }

  run(): number[] {
    while (this.step() !== 'idle') {
      // Each step serves one stop.
    }
    return this.visited
  }
}
