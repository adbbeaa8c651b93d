import { isAbsolute, relative, resolve } from 'node:path'
import { toCaseContract, toCircumstances, toPolicyQuestion, type PolicyQuestion } from '../adapters/policy-cedar/case-question.ts'
import { knownEnvironment } from '../domain/command/known-environment.ts'
import { toEffect } from '../domain/command/to-effect.ts'
import { toSecrecy } from '../domain/text/secret-paths.ts'
import type { AnyTool } from '../engine/ports/tools.ts'
import type { CommandReading, TouchedPath } from '../protocol/command.ts'
import { Fault } from '../protocol/fault.ts'
import type { CaseQuestion } from '../protocol/policy-bundle.ts'
import type { Json } from '../protocol/ids.ts'

/** Where a question is asked. */
export interface AskedAt {
  readonly root: string
  /** Of the commit that a run would start from; undefined for a file that it does not have. */
  readonly readFile: (path: string) => Promise<Uint8Array | undefined>
}

/** Where written questions imagine the repository, when there is none around: one without files. */
const somewhere: AskedAt = { root: '/repository', readFile: async () => undefined }
/** As a run takes them: what is longer is not read, in bytes. */
const longestScript = 256 * 1024

/**
 * A written question as the engine would ask it. A call with an input of a tool that is known here has the effect and the paths
 * that the tool itself names, and a command is read; whatever the question says outright (`effect`, `paths`, `acts`) counts instead.
 * @throws Fault `request-invalid` for an input that does not fit its tool
 */
export async function toQuestion(asked: CaseQuestion, at = somewhere): Promise<PolicyQuestion> {
  const readCommand = (command: string): Promise<CommandReading | undefined> => readCommandAt(command, at)
  if (!('tool' in asked) || asked.acts !== undefined || asked.unknown !== undefined) return toPolicyQuestion(asked, readCommand)
  const input = asked.input ?? (asked.command === undefined ? undefined : { command: asked.command })
  const contract = toCaseContract(asked)
  const tool = input === undefined ? undefined : (await listTools(contract.network)).find((each) => each.name === asked.tool)
  if (tool === undefined || input === undefined) return toPolicyQuestion(asked, readCommand)
  const parsed = tool.input.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Fault('request-invalid', `the input does not fit the tool ${asked.tool}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`)
  }
  const command = tool.command?.(parsed.data)
  const reading = command === undefined ? undefined : await readCommand(command)
  const own = tool.effect(parsed.data)
  const effect = reading === undefined ? own : toEffect(reading, contract) === 'irreversible' ? 'irreversible' : own === 'irreversible' ? 'reversible' : own
  const paths = asked.paths ?? tool.paths(parsed.data).map(({ path, access }) => toTouched(path, access, at.root))
  return { kind: 'call', question: { tool: asked.tool, input: input as Json, effect: asked.effect ?? effect, paths, contract, circumstances: toCircumstances(asked, contract), ...(reading === undefined ? {} : { command: reading }) } }
}

/** The tools that a run has. */
export async function listTools(network: readonly string[] = []): Promise<readonly AnyTool[]> {
  const { openTools } = await import('./compose-engine.ts')
  return openTools(network, {}).list
}

/** As a run reads it that starts here. */
async function readCommandAt(command: string, { root, readFile }: AskedAt): Promise<CommandReading | undefined> {
  const { createCommandReader } = await import('../adapters/command-bash/command-reader.ts')
  return createCommandReader().read(command, {
    home: root, env: knownEnvironment(root, root === somewhere.root ? '/home/writ' : process.env['HOME'] ?? '/root'), isSecret: (path) => toSecrecy(path) === 'yes',
    readFile: async (path) => {
      const bytes = await readFile(path)
      return bytes !== undefined && bytes.byteLength <= longestScript ? new TextDecoder().decode(bytes) : undefined
    },
  })
}

/** By its words alone: what is not there yet has no links to follow. */
export function toTouched(path: string, access: 'read' | 'write', root: string): TouchedPath {
  const below = relative(root, resolve(root, path))
  const outside = below === '..' || below.startsWith('../') || isAbsolute(below)
  return { path: outside ? path : below === '' ? '.' : below, access, outside }
}
