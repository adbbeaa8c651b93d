import type { ExpansionHost } from './expand-word.ts'
import { expandText, expandWord } from './expand-word.ts'
import { resolvePath } from './resolve-path.ts'
import { runNode } from './run-node.ts'
import type { Shell, Way } from './shell.ts'
import { beneath, charge } from './shell.ts'
import { inSubshell, runToEnd } from './subshell.ts'
import type { Redirect } from './shell-node.ts'
import { ANY, isExact, SECRET, toShown, toUnknown } from './text-marks.ts'
import { isSecretPath } from './secret-places.ts'

export interface OpenedRedirects {
  readonly way: Way
  /** Absolute paths that standard output goes to, and whether it is put at the end. */
  readonly outputs: readonly { readonly path: string; readonly appends: boolean }[]
  /** Standard output goes somewhere else than where it went. */
  readonly isTurned: boolean
}

const longestOutput = 65_536

/** What expanding needs, for the words of one command. */
export function toHost(shell: Shell, way: Way): ExpansionHost {
  return {
    state: shell.state,
    env: shell.env,
    charge: (characters) => charge(shell.session, characters),
    substitute: (body) => {
      const inner = beneath(way, '$(…)')
      const { out } = runToEnd(shell, inner, (child) => runNode(body, child, inner))
      return out.replace(/\n+$/, '')
    },
    connect: (body, direction) => {
      const path = `/dev/fd/${direction}-${shell.session.steps}`
      const { out } = inSubshell(shell, (child) => runNode(body, child, { ...beneath(way, direction === 'in' ? '<(…)' : '>(…)'), stdin: direction === 'in' ? way.stdin : ANY, isBeside: true }))
      if (direction === 'in') shell.state.files.set(path, out)
      return path
    },
  }
}

/** Where a command's input comes from and its output goes to. Files that are opened for writing are emptied. */
export function openRedirects(redirects: readonly Redirect[], shell: Shell, before: Way): OpenedRedirects {
  let { stdin } = before
  const paths = [...before.paths]
  const hosts = [...before.hosts]
  const descriptors = new Map(before.descriptors)
  const outputs: { path: string; appends: boolean }[] = []
  let isTurned = false
  const host = toHost(shell, before)
  const setInput = (descriptor: Redirect['descriptor'], content: string): void => {
    if (descriptor === undefined || descriptor === 0) stdin = content
    else if (typeof descriptor === 'number') descriptors.set(descriptor, content)
  }
  for (const { operator, target, descriptor } of redirects) {
    if (operator === '<<' || operator === '<<<') {
      setInput(descriptor, expandText(target, host) + (operator === '<<<' ? '\n' : ''))
      continue
    }
    const word = expandWord(target, host).join(' ')
    const isDuplicate = (operator === '<&' || operator === '>&') && /^(?:\d+-?|-)$/.test(word)
    if (isDuplicate) {
      if (operator === '<&') setInput(descriptor, word === '0' ? stdin : (descriptors.get(Number.parseInt(word, 10)) ?? ANY))
      else if (descriptor === undefined || descriptor === 1) isTurned = true
      if (operator === '>&' && shell.state.connection !== undefined && !/^[12]-?$/.test(word)) hosts.push(shell.state.connection)
      continue
    }
    const remote = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(.+)$/.exec(word)
    if (remote !== null) {
      hosts.push(toShown(`${remote[1] ?? ''}:${remote[2] ?? ''}`))
      if (operator.startsWith('<')) setInput(descriptor, ANY)
      continue
    }
    const path = resolvePath(word, shell)
    const reads = operator === '<' || operator === '<>' || operator === '<&'
    paths.push({ path, access: reads ? 'read' : 'write' })
    if (reads) setInput(descriptor, isSecretPath(path, shell) ? SECRET : (shell.state.files.get(path) ?? ANY))
    else {
      const takesOutput = descriptor === undefined || descriptor === 1
      if (takesOutput) {
        isTurned = true
        outputs.push({ path, appends: operator === '>>' || operator === '&>>' })
      }
      if (!isExact(path)) continue
      if (operator !== '>>' && operator !== '&>>') shell.state.files.set(path, takesOutput ? '' : ANY)
      else if (!takesOutput) shell.state.files.set(path, ANY)
    }
  }
  return { way: { ...before, stdin, paths, hosts, descriptors }, outputs, isTurned }
}

/** Puts what was printed where it goes; what is left for the pipe is given back. */
export function writeOutput(out: string, opened: OpenedRedirects, shell: Shell): string {
  if (!opened.isTurned) return out
  const last = opened.outputs.at(-1)
  // `>&2` and the like: where it goes is not followed, so it may still be the pipe.
  if (last === undefined) return out
  if (isExact(last.path)) writeFile(shell, last.path, out, last.appends)
  return ''
}

export function writeFile(shell: Shell, path: string, content: string, appends: boolean): void {
  const { files } = shell.state
  // How a file that was there already begins is not known.
  const before = appends ? (files.get(path) ?? ANY) : ''
  const next = before + content
  files.set(path, next.length > longestOutput ? toUnknown(next) : next)
}
