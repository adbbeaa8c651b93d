import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { ToolchainOptions, Toolchains } from './toolchains.ts'
import { discoverToolchains, toolchainInputs } from './toolchains.ts'

/** Finding the toolchains reads a few thousand directory entries; this keeps the answer until one of its inputs changes. */
export function findToolchains(options: ToolchainOptions & { readonly cacheFile: string }): Toolchains {
  const inputs = toolchainInputs(options)
  const stamps = inputs.listed.map(toStamp)
  const there = inputs.known.map((place) => fs.existsSync(place))
  const key = createHash('sha256').update(JSON.stringify([3, inputs, stamps, there, options.home, options.hidden])).digest('hex')
  const known = readCache(options.cacheFile)
  if (known?.key === key && known.toolchains.roots.every((root) => fs.existsSync(root.host))) return known.toolchains
  const toolchains = discoverToolchains(options)
  const draft = `${options.cacheFile}.${process.pid}`
  fs.mkdirSync(path.dirname(draft), { recursive: true })
  fs.writeFileSync(draft, JSON.stringify({ key, toolchains }), { mode: 0o600 })
  fs.renameSync(draft, options.cacheFile)
  return toolchains
}

/** 0 for a place that is not there or that this user may not look at: nothing of it is offered either way. */
function toStamp(place: string): number {
  try {
    return fs.statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0
  } catch {
    return 0
  }
}

interface Cached {
  readonly key: string
  readonly toolchains: Toolchains
}

/** @returns undefined for a cache that is missing or not ours: it is made again. */
function readCache(file: string): Cached | undefined {
  if (!fs.existsSync(file)) return undefined
  try {
    const parsed: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return isCached(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isCached(value: unknown): value is Cached {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('toolchains' in value)) return false
  const { toolchains } = value
  return (
    typeof toolchains === 'object' && toolchains !== null && 'roots' in toolchains && Array.isArray(toolchains.roots) &&
    'path' in toolchains && typeof toolchains.path === 'string' && 'env' in toolchains
  )
}
