import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Project } from '../project.ts'
import { compilerProgram } from './compiler-program.ts'

/** A mend that the TypeScript compiler proposes for something that it finds wrong. */
export const QuickFix = z.lazy(() => z.object({
  path: z.string(),
  /** The compiler's name for this kind of fix: `spelling`, `import`, `addMissingAwait` … */
  name: z.string(),
  describes: z.string(),
  /** File and UTF-16 offset of what is wrong. */
  in: z.string(),
  at: z.int(),
  /** An error, not only a suggestion. */
  error: z.boolean(),
  /** Errors in that file. */
  errors: z.int(),
  edits: z.array(z.object({ start: z.int(), end: z.int(), text: z.string() })),
}))
export type QuickFix = z.infer<typeof QuickFix>

/** The TypeScript compiler over a project's JavaScript and TypeScript, in a worker thread that starts with the first question. */
export interface Compiler {
  /** Quick fixes for these files; none where the time was up. */
  findFixes(paths: readonly string[]): Promise<readonly QuickFix[]>
  /** Errors in a file as it is, then with each of the texts in its place; undefined where the time was up. */
  countErrors(path: string, texts: readonly string[]): Promise<readonly number[] | undefined>
  close(): Promise<void>
}

const Answer = z.lazy(() => z.object({ id: z.int(), answer: z.unknown().optional(), failed: z.string().optional() }))
/** Of all files together; a larger project is not looked at. */
const mostChars = 3_000_000
const memoryMb = 768
/** Most time for an answer, the compiler's start included, in milliseconds. */
const fixesMs = 15_000
const errorsMs = 5000

/** A worker that is late with an answer, or fails, is ended and not started again: the search goes on without it. */
export function openCompiler(project: Project): Compiler {
  const files = [...project.sources.values(), ...project.tests.values()].map(({ path, text }) => [path, text] as const)
  let worker: Worker | undefined
  let over = files.reduce((sum, [, text]) => sum + text.length, 0) > mostChars
  let asked = 0
  const close = async (): Promise<void> => {
    over = true
    await worker?.terminate()
  }
  const ask = async (question: { readonly kind: 'fixes' | 'errors' } & Readonly<Record<string, unknown>>, mostMs: number): Promise<unknown> => {
    if (over) return undefined
    worker ??= new Worker(compilerProgram, { eval: true, workerData: { module: createRequire(import.meta.url).resolve('typescript'), files }, execArgv: [], env: {}, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: memoryMb } })
    const id = asked++
    const running = worker
    const answer = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), mostMs)
      const settle = (value: unknown): void => {
        clearTimeout(timer)
        running.off('message', hear)
        running.off('error', fail)
        running.off('exit', fail)
        resolve(value)
      }
      const hear = (message: unknown): void => {
        const heard = Answer.parse(message)
        if (heard.id === id) settle(heard.answer)
      }
      // Without the compiler the search goes on as it does for other languages.
      const fail = (): void => settle(undefined)
      running.on('message', hear)
      running.on('error', fail)
      running.on('exit', fail)
      running.postMessage({ id, ...question })
    })
    if (answer === undefined) await close()
    return answer
  }
  return {
    findFixes: async (paths) => z.array(QuickFix).safeParse(await ask({ kind: 'fixes', paths }, fixesMs)).data ?? [],
    countErrors: async (path, texts) => z.array(z.int()).safeParse(await ask({ kind: 'errors', path, texts }, errorsMs)).data,
    close,
  }
}
