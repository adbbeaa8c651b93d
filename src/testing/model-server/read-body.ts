import type { IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { Rejection } from './request.ts'

const mostBytes = 64 * 1024 * 1024
const bound = { maxOutputLength: mostBytes }

/** The request's body as text, decompressed. Rejects with 413 past 64 MB and 415 for an unknown encoding. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw new Rejection(413, `The request is larger than ${mostBytes} bytes.`)
    chunks.push(chunk)
  }
  return decompress(Buffer.concat(chunks), request.headers['content-encoding'] ?? 'identity').toString('utf8')
}

function decompress(bytes: Buffer, encoding: string): Buffer {
  switch (encoding) {
    case 'identity':
      return bytes
    case 'gzip':
      return gunzipSync(bytes, bound)
    case 'deflate':
      return inflateSync(bytes, bound)
    case 'br':
      return brotliDecompressSync(bytes, bound)
    case 'zstd':
      return zstdDecompressSync(bytes, bound)
    default:
      throw new Rejection(415, `The content encoding "${encoding}" is not known.`)
  }
}
