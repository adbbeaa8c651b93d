import { Unreadable } from './unreadable.ts'

const simple: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', e: '\u001b', E: '\u001b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?' }

/** Escapes of `$'…'`. Bytes beyond ASCII are taken as characters: names of programs have none. */
export function decodeAnsi(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S])|([\s\S]))/g, (all, hex?: string, short?: string, long?: string, octal?: string, control?: string, char?: string) => {
    const code = hex ?? short ?? long
    if (code !== undefined) return toCharacter(Number.parseInt(code, 16))
    if (octal !== undefined) return toCharacter(Number.parseInt(octal, 8) & 255)
    if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 31)
    return char === undefined ? all : (simple[char] ?? all)
  })
}

/** Escapes of `echo -e`, `printf %b` and of printf's format; in the last, octal numbers have no leading zero. */
export function decodeEcho(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|0([0-7]{0,3})|([1-7][0-7]{0,2})|([\s\S]))/g, (all, hex?: string, short?: string, long?: string, octal?: string, plain?: string, char?: string) => {
    const code = hex ?? short ?? long
    if (code !== undefined) return toCharacter(Number.parseInt(code, 16))
    const digits = octal ?? plain
    if (digits !== undefined) return toCharacter(Number.parseInt(digits === '' ? '0' : digits, 8) & 255)
    if (char === undefined || char === "'" || char === '?') return all
    return simple[char] ?? all
  })
}

function toCharacter(code: number): string {
  // A NUL ends a text for some programs and is dropped by others.
  if (code === 0 || code > 0x10ffff) throw new Unreadable('it has a character that no text holds')
  return String.fromCodePoint(code)
}
