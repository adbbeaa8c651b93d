import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colours where the stream takes them: a terminal, and neither NO_COLOR nor `--no-color` nor a dumb terminal says no. */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const on = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return (style, text) => (on ? styleText(style, text, { validateStream: false }) : text)
}

/** Control characters from outside never reach the terminal. */
export function tame(text: string): string {
  return text.replaceAll(/[\u202A-\u202E\u2066-\u2069]|\u001B\[[0-9;?]*[ -/]*[@-~]|\u001B[@-_]|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}

export function oneLine(text: string, most: number): string {
  const line = tame(text).replaceAll(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, Math.max(0, most - 1))}…`
}
