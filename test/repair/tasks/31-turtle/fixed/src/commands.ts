export type Command =
  | { readonly kind: 'move'; readonly dx: number; readonly dy: number }
  | { readonly kind: 'turn'; readonly quarters: number }
  | { readonly kind: 'forward'; readonly steps: number }
  | { readonly kind: 'pen'; readonly down: boolean }

export interface Turtle {
  x: number
  y: number
  /** 0 north, 1 east, 2 south, 3 west */
  heading: number
  penDown: boolean
  drawn: string[]
}

const steps: readonly (readonly [number, number])[] = [[0, 1], [1, 0], [0, -1], [-1, 0]]

export function start(): Turtle {
  return { x: 0, y: 0, heading: 0, penDown: false, drawn: [] }
}

function go(turtle: Turtle, x: number, y: number): void {
  if (turtle.penDown) turtle.drawn.push(`${turtle.x},${turtle.y}-${x},${y}`)
  turtle.x = x
  turtle.y = y
}

export function apply(turtle: Turtle, command: Command): Turtle {
  switch (command.kind) {
    case 'move':
      go(turtle, turtle.x + command.dx, turtle.y + command.dy)
      break
    case 'turn':
      turtle.heading = (((turtle.heading + command.quarters) % 4) + 4) % 4
      break
    case 'forward': {
      const [dx, dy] = steps[turtle.heading] ?? [0, 0]
      const length = 'steps' in command ? command.steps : 1
      go(turtle, turtle.x + dx * length, turtle.y + dy * length)
      break
    }
    case 'pen':
      turtle.penDown = command.down
      break
  }
  return turtle
}

export function run(commands: readonly Command[]): Turtle {
  return commands.reduce(apply, start())
}
