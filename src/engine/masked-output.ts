import { toBlockEnd, toBlockStart } from '../domain/secrets/encoded/blocks.ts'
import type { Masker } from '../domain/secrets/masker.ts'
import { createStreamMask } from '../domain/secrets/stream-mask.ts'
import type { Sandbox, SandboxCommand, SandboxResult } from './ports/sandbox.ts'

/**
 * The sandbox with the secrets taken out of what its commands print, whole and while it comes: before anybody cuts it to
 * size, because a secret that is cut in two looks like none.
 */
export function maskOutput(sandbox: Sandbox, masker: Masker | undefined): Sandbox {
  if (masker === undefined) return sandbox
  return {
    ...sandbox,
    run: async (command, signal) => {
      const watched = watchOutput(command, masker)
      const result = await sandbox.run(watched.command, signal)
      watched.end()
      return maskResult(result, masker)
    },
  }
}

/** Bytes are looked at as they are: text that is not UTF-8 stays what it is, byte for byte. */
export function maskBytes(bytes: Uint8Array, masker: Masker): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const masked = masker.mask(text)
  return masked === text ? bytes : Buffer.from(masked, 'latin1')
}

function watchOutput(command: SandboxCommand, masker: Masker): { readonly command: SandboxCommand; readonly end: () => void } {
  const { onOutput } = command
  if (onOutput === undefined) return { command, end: () => undefined }
  const streams = { stdout: createStreamMask(masker), stderr: createStreamMask(masker) }
  const show = (stream: 'stdout' | 'stderr', text: string): void => {
    if (text !== '') onOutput(stream, Buffer.from(text, 'latin1'))
  }
  return {
    command: { ...command, onOutput: (stream, chunk) => show(stream, streams[stream].push(Buffer.from(chunk).toString('latin1'))) },
    end: () => {
      show('stdout', streams.stdout.end())
      show('stderr', streams.stderr.end())
    },
  }
}

function maskResult(result: SandboxResult, masker: Masker): SandboxResult {
  const mask = (bytes: Uint8Array): Uint8Array => {
    const whole = result.droppedBytes > 0 ? withoutHalves(bytes) : bytes
    return maskBytes(whole, masker)
  }
  const output = mask(result.output)
  // Mostly there is one stream, and then it is the output.
  const stdout = result.stderr.length === 0 && result.droppedBytes === 0 ? output : mask(result.stdout)
  const stderr = result.stdout.length === 0 && result.droppedBytes === 0 ? output : mask(result.stderr)
  return { ...result, output, stdout: result.stdout.length === 0 ? result.stdout : stdout, stderr: result.stderr.length === 0 ? result.stderr : stderr }
}

/** So much is left out beside a gap: more than the half of a secret, also of one that is encoded. */
const longestHalf = 2_048

/**
 * Where the middle of an output was dropped, the words on both sides of the gap may be halves of secrets, and so may be the
 * lines of what was wrapped: they go as well.
 */
function withoutHalves(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const said = /\n\[\S{1,3} \d+ bytes dropped \S{1,3}\]\n/.exec(text)
  if (said === null) return bytes
  const gapEnd = said.index + said[0].length
  const word = /\S*$/.exec(text.slice(Math.max(0, said.index - longestHalf), said.index))?.[0].length ?? 0
  const nextWord = /^\S*\n?/.exec(text.slice(gapEnd, gapEnd + longestHalf))?.[0].length ?? 0
  const before = Math.max(toBlockStart(text, said.index - word), said.index - longestHalf)
  const after = Math.min(toBlockEnd(text, gapEnd + nextWord), gapEnd + longestHalf)
  return Buffer.from(`${text.slice(0, Math.min(before, said.index - word))}${said[0]}${text.slice(Math.max(after, gapEnd + nextWord))}`, 'latin1')
}
