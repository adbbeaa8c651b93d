import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { SandboxCommand } from '../../engine/ports/sandbox.ts'
import { FORWARDER_PORT, FORWARDER_SOURCE } from './forwarder.ts'
import type { NetDecision, NetRule } from './net-rules.ts'
import { parseNetRule } from './net-rules.ts'
import { startProxy } from './proxy.ts'

export interface Network {
  /** What the grant changes in the command. */
  readonly command: Partial<Pick<SandboxCommand, 'argv' | 'env' | 'mounts'>>
  /** One sentence for each thing refused. */
  notes(): string[]
  close(): Promise<void>
}

/** Not below /run/writ, where a check's reporters are mounted: this would lie over them. */
const INSIDE = '/run/writ-net'
const MAX_NOTES = 20

/**
 * Opens a proxy of its own for one command where network is granted. The sandbox has no network either way; what
 * is granted goes through a unix socket, which is bound in.
 * @throws Fault `request-invalid` for a grant that cannot be read.
 */
export async function openNetwork(
  command: SandboxCommand,
  hosts: readonly string[],
  onDecision: ((decision: NetDecision) => void) | undefined,
): Promise<Network> {
  const rules = parseRules(hosts)
  const refused = new Set<string>()
  // In the temporary directory, for the path of a unix socket may have 107 bytes only.
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `writ-net-${process.pid}-`))
  try {
    const proxy = await startProxy({
      rules,
      socket: path.join(dir, 'proxy'),
      onDecision(decision) {
        if (!decision.allowed && refused.size < MAX_NOTES) refused.add(`${decision.authority} was refused: ${decision.reason}.`)
        onDecision?.(decision)
      },
      onReach: command.onReach,
    })
    fs.writeFileSync(path.join(dir, 'forward.cjs'), FORWARDER_SOURCE)
    return {
      command: {
        argv: [`${INSIDE}-node`, `${INSIDE}/forward.cjs`, `${INSIDE}/proxy`, String(FORWARDER_PORT), ...command.argv],
        env: { ...proxyVariables(proxy.credential), ...command.env },
        mounts: [
          ...command.mounts,
          { mode: 'ro', host: dir, at: INSIDE },
          { mode: 'ro', host: fs.realpathSync(process.execPath), at: `${INSIDE}-node` },
        ],
      },
      notes: () => [...refused],
      async close() {
        await proxy.close()
        fs.rmSync(dir, { recursive: true, force: true })
      },
    }
  } catch (thrown) {
    fs.rmSync(dir, { recursive: true, force: true })
    throw thrown
  }
}

function parseRules(hosts: readonly string[]): NetRule[] {
  return hosts.map((host) => {
    try {
      return parseNetRule(host)
    } catch (thrown) {
      const how = 'Write it like packages.example.org:443, or .example.com:443 for all hosts below a name.'
      throw new Fault('request-invalid', `The network grant cannot be read: ${toMessage(thrown)}. ${how}`, { cause: thrown })
    }
  })
}

/** What the usual tools look at: curl, git, pip, Go and Cargo, npm, Node itself. */
function proxyVariables(credential: string): Record<string, string> {
  const url = `http://${credential}@127.0.0.1:${FORWARDER_PORT}`
  const local = 'localhost,127.0.0.1,::1'
  return {
    HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url, NO_PROXY: local, no_proxy: local,
    npm_config_proxy: url, npm_config_https_proxy: url, npm_config_noproxy: local, CARGO_HTTP_PROXY: url, PIP_PROXY: url,
    NODE_USE_ENV_PROXY: '1',
  }
}
