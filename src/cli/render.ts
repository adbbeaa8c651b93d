import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colours where the stream takes them: a terminal, and neither NO_COLOR nor `--no-color` nor a dumb terminal says no. */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const on = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return (style, text) => (on ? styleText(style, text, { validateStream: false }) : text)
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Control characters from outside never reach the terminal. */
export function tame(text: string): string {
  return text.replaceAll(/[\u202A-\u202E\u2066-\u2069]|\u001B\[[0-9;?]*[ -/]*[@-~]|\u001B[@-_]|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}

export function oneLine(text: string, most: number): string {
  const line = tame(text).replaceAll(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, Math.max(0, most - 1))}…`
}
