/**
 * A small assembler for classic BPF, as seccomp takes it (linux/filter.h, linux/seccomp.h).
 * An instruction is 8 bytes: code u16, jump-if-true u8, jump-if-false u8, k u32, little endian.
 */

const LOAD_WORD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_GREATER_EQUAL = 0x35
const JUMP_ANY_BIT = 0x45
const JUMP_ALWAYS = 0x05
const RETURN = 0x06

export type Label = string

type Instruction =
  | { readonly kind: 'load'; readonly offset: number }
  | { readonly kind: 'jump'; readonly code: number; readonly k: number; readonly yes: Label; readonly no: Label }
  | { readonly kind: 'goto'; readonly to: Label }
  | { readonly kind: 'return'; readonly value: number }
  | { readonly kind: 'label'; readonly name: Label }

/** The place of the next instruction. */
export const NEXT: Label = ''

export const load = (offset: number): Instruction => ({ kind: 'load', offset })
export const label = (name: Label): Instruction => ({ kind: 'label', name })
export const goto = (to: Label): Instruction => ({ kind: 'goto', to })
export const returns = (value: number): Instruction => ({ kind: 'return', value })
export const ifEqual = (k: number, yes: Label, no: Label = NEXT): Instruction =>
  ({ kind: 'jump', code: JUMP_EQUAL, k, yes, no })
export const ifAtLeast = (k: number, yes: Label, no: Label = NEXT): Instruction =>
  ({ kind: 'jump', code: JUMP_GREATER_EQUAL, k, yes, no })
export const ifAnyBit = (k: number, yes: Label, no: Label = NEXT): Instruction =>
  ({ kind: 'jump', code: JUMP_ANY_BIT, k, yes, no })

export type Program = readonly Instruction[]

/**
 * Resolves the labels and writes the bytes.
 * @throws RangeError for an unknown label, a jump backwards, or a conditional jump of more than 255 instructions.
 */
export function assemble(program: Program): Uint8Array {
  const places = new Map<Label, number>()
  const body: Exclude<Instruction, { kind: 'label' }>[] = []
  for (const instruction of program) {
    if (instruction.kind === 'label') places.set(instruction.name, body.length)
    else body.push(instruction)
  }
  const bytes = new DataView(new ArrayBuffer(body.length * 8))
  const distance = (from: number, to: Label, limit: number): number => {
    if (to === NEXT) return 0
    const place = places.get(to)
    if (place === undefined) throw new RangeError(`BPF label ${to} is not defined`)
    const jump = place - from - 1
    if (jump < 0 || jump > limit) throw new RangeError(`BPF jump to ${to} is ${jump} instructions long`)
    return jump
  }
  for (const [index, instruction] of body.entries()) {
    const write = (code: number, yes: number, no: number, k: number): void => {
      bytes.setUint16(index * 8, code, true)
      bytes.setUint8(index * 8 + 2, yes)
      bytes.setUint8(index * 8 + 3, no)
      bytes.setUint32(index * 8 + 4, k, true)
    }
    switch (instruction.kind) {
      case 'load':
        write(LOAD_WORD, 0, 0, instruction.offset)
        break
      case 'goto':
        write(JUMP_ALWAYS, 0, 0, distance(index, instruction.to, 4095))
        break
      case 'return':
        write(RETURN, 0, 0, instruction.value)
        break
      case 'jump':
        write(instruction.code, distance(index, instruction.yes, 255), distance(index, instruction.no, 255), instruction.k)
        break
    }
  }
  return new Uint8Array(bytes.buffer)
}
