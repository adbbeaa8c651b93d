import { stripVTControlCharacters } from 'node:util'
import type { LiveStream, LiveView } from './live-view.ts'
import type { Fact, Mood } from './live-facts.ts'
import { createFacts, toReminder } from './live-facts.ts'
import { createStatus, type Status } from './live-status.ts'
import { displayWidth, fitWidth, wrapWidth } from './display-width.ts'
import { oneLine, painter } from './render.ts'

/*
 * Finished facts scroll up as ordinary lines; a few lines at the bottom (two, and one more or one for each child run) are redrawn in place.
 * Invariants: (1) no line that is drawn is wider than the terminal, so that moving the cursor up finds its start;
 * (2) every write leaves the cursor at the end of the region, or at column 0 where there is none;
 * (3) after `stop`, and when the process exits for any reason that it can see, the cursor is visible and the region gone.
 */
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 120
const labelWidth = 9

const hideCursor = '\u001B[?25l'
const showCursor = '\u001B[?25h'
const toEndOfScreen = '\u001B[J'
/** Terminals that know these show what is between as one step; the others ignore them. */
const [beginStep, endStep] = ['\u001B[?2026h', '\u001B[?2026l']

type Paint = ReturnType<typeof painter>

export function createTerminalView(options: { readonly stream: LiveStream; readonly now: () => number }): LiveView {
  const { stream, now } = options
  const paint = painter(stream as NodeJS.WriteStream)
  const toFacts = createFacts()
  const status = createStatus(now)
  let timer: NodeJS.Timeout | undefined
  let frame = 0
  /** Questions that are being answered, and what is shown after them. */
  let holds = 0
  let held: string[] = []
  /** Widths of the lines that are drawn now. */
  let drawn: readonly number[] = []

  const columnsOf = (): number => Math.max(8, stream.columns || 80) // 0 where the size is not known

  /** Back to the region's first column. After the terminal became narrower a line takes more rows than it had. */
  const erase = (): string => {
    if (drawn.length === 0) return ''
    const columns = columnsOf()
    const rows = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    drawn = []
    return `\r${rows > 1 ? `\u001B[${rows - 1}A` : ''}${toEndOfScreen}`
  }
  const draw = (): string => {
    const lines = toRegion(status.read(), { frame: frames[frame] ?? '', columns: columnsOf() - 1, rows: stream.rows || 24, paint })
    drawn = lines.map((line) => displayWidth(stripVTControlCharacters(line)))
    return lines.join('\n')
  }
  const redraw = (): void => {
    if (timer) stream.write(`${beginStep}${erase()}${draw()}${endStep}`)
  }
  const start = (): void => {
    if (timer || holds > 0) return
    timer = setInterval(() => {
      frame = (frame + 1) % frames.length
      redraw()
    }, frameMs)
    // A view must not keep a process alive.
    timer.unref()
    process.on('exit', stop)
    stream.on?.('resize', redraw)
    stream.write(hideCursor)
  }
  const stop = (): void => {
    if (!timer) return
    clearInterval(timer)
    timer = undefined
    process.off('exit', stop)
    stream.off?.('resize', redraw)
    stream.write(`${erase()}${showCursor}`)
  }

  const scroll = (lines: readonly string[]): void => {
    if (holds > 0) held = [...held, ...lines].slice(-mostHeld)
    else if (lines.length > 0) stream.write(`${beginStep}${erase()}${lines.join('\n')}\n${timer ? draw() : ''}${endStep}`)
  }

  return {
    remember(events) {
      for (const event of events) status.onEvent(event)
      scroll(toReminder(events, toFacts).flatMap((fact) => toLines(fact, columnsOf() - 1, paint)))
    },
    onEvent(event) {
      status.onEvent(event)
      const isOver = event.type === 'run.ended' || event.type === 'run.accepted' || event.type === 'run.rejected' || event.type === 'run.attested'
      if (!isOver) start()
      scroll(toFacts(event).flatMap((fact) => toLines(fact, columnsOf() - 1, paint)))
      if (isOver) stop()
    },
    note: (text) => {
      const lines = wrapWidth(oneLine(text, 1000), columnsOf() - 1, 8)
      if (holds > 0) stream.write(`\n${lines.join('\n')}\n`)
      else scroll(lines)
    },
    onLive: (signal) => status.onLive(signal), // shown with the next frame
    stop,
    hold: () => {
      stop()
      holds += 1
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        holds -= 1
        if (holds > 0) return
        const lines = held
        held = []
        scroll(lines)
      }
    },
  }
}

/** Lines that are kept while somebody is asked; the log has all of it. */
const mostHeld = 500

const styles: Record<Mood, Parameters<Paint>[0] | undefined> = { plain: undefined, faint: 'dim', good: 'green', warn: 'yellow', bad: 'red', head: 'bold' }

function toLines(fact: Fact, columns: number, paint: Paint): string[] {
  const room = columns < 3 * labelWidth ? columns : columns - labelWidth
  const texts = fact.wraps ? wrapWidth(fact.text, room, 8) : [fitWidth(fact.text, room)]
  const style = styles[fact.mood]
  return texts.map((text, index) => {
    if (room === columns) return style ? paint(style, text) : text // too narrow for labels
    const label = fitWidth((index === 0 ? fact.label : '').padEnd(labelWidth - 1), labelWidth - 1)
    return `${paint('cyan', label)} ${style ? paint(style, text) : text}`
  })
}

/** The region, cut to the terminal: what is going on, the totals, and how far or what was said last. */
function toRegion(status: Status, view: { readonly frame: string; readonly columns: number; readonly rows: number; readonly paint: Paint }): string[] {
  const { frame, columns, rows, paint } = view
  const lines = [`${paint('cyan', frame)} ${fitWidth(status.step, columns - 2)}`]
  if (rows >= 6 && status.totals) lines.push(paint('dim', `  ${fitWidth(status.totals, columns - 2)}`))
  if (rows >= 8 && status.children.length > 0) lines.push(...toChildren(status.children, Math.max(1, Math.min(mostChildren, rows - 7))).map((text) => paint('dim', `  ${fitWidth(text, columns - 2)}`)))
  else if (rows >= 8 && status.progress) lines.push(`  ${toBar(status.progress, columns - 2, paint)}`)
  else if (rows >= 8 && status.tail) lines.push(paint('dim', `  ${fitWidth(status.tail, columns - 2)}`))
  return lines
}

/** Child runs that have a line of their own; the rest are counted. */
const mostChildren = 8

function toChildren(all: readonly string[], most: number): readonly string[] {
  return all.length <= most ? all : [...all.slice(0, most - 1), `and ${all.length - most + 1} more`]
}

function toBar(progress: NonNullable<Status['progress']>, columns: number, paint: Paint): string {
  const { label, done, total } = progress
  if (total === undefined || total <= 0) return fitWidth(`${done} ${label}`, columns)
  const words = ` ${Math.min(done, total)}/${total} ${label}`
  const width = Math.max(0, Math.min(30, columns - displayWidth(words)))
  const full = Math.round((width * Math.min(done, total)) / total)
  return width < 5 ? fitWidth(words.trim(), columns) : `${paint('green', '█'.repeat(full))}${paint('dim', '░'.repeat(width - full))}${fitWidth(words, columns - width)}`
}
