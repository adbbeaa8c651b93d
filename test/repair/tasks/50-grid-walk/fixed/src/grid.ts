export type Grid = readonly string[]

export interface Point {
  readonly x: number
  readonly y: number
}

const moves = [[0, -1], [1, 0], [0, 1], [-1, 0]] as const

export function find(grid: Grid, sign: string): Point | undefined {
  for (const [y, row] of grid.entries()) {
    const x = row.indexOf(sign)
    if (x >= 0) return { x, y }
  }
  return undefined
}

function isOpen(grid: Grid, { x, y }: Point): boolean {
  const cell = grid[y]?.[x]
  return cell !== undefined && cell !== '#'
}

/** Fewest steps from S to E around the walls; undefined where there is no way. */
export function steps(grid: Grid): number | undefined {
  const start = find(grid, 'S')
  const end = find(grid, 'E')
  if (start === undefined || end === undefined) throw new Error('a grid has S and E')
  const key = (point: Point): string => `${point.x},${point.y}`
  const far = new Map([[key(start), 0]])
  const queue = [start]
  for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
    const so = far.get(key(here)) ?? 0
    if (here.x === end.x && here.y === end.y) return so
    for (const [dx, dy] of moves) {
      const next = { x: here.x + dx, y: here.y + dy }
      if (!isOpen(grid, next) || far.has(key(next))) continue
      far.set(key(next), so + 1)
      queue.push(next)
    }
  }
  return undefined
}

export function count(grid: Grid, sign: string): number {
  return grid.reduce((sum, row) => sum + row.split(sign).length - 1, 0)
}
