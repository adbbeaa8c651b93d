import os from 'node:os'

/** What one worker of a lane may hold, in MB: a heap of 384 and what is beside it for JavaScript, what it grows by for Python. */
export const workerMb = 512

/** Share of the memory that is free which all workers together may come to hold. */
const memoryShare = 0.5

export interface Machine {
  readonly cores: number
  readonly freeMb: number
}

/** Cores and memory that this process may use: its affinity and the bounds of its container count. */
export function findMachine(): Machine {
  const free = typeof process.availableMemory === 'function' ? Math.min(process.availableMemory(), os.freemem()) : os.freemem()
  return { cores: os.availableParallelism(), freeMb: free / 2 ** 20 }
}

/** How many workers run at a time: one for each core, as many as memory has room for, and no more than `most`; at least one. */
export function countWorkers({ cores, freeMb }: Machine, { most = Infinity, eachMb = workerMb }: { most?: number | undefined; eachMb?: number } = {}): number {
  return Math.max(1, Math.min(cores, Math.floor((memoryShare * freeMb) / eachMb), most))
}
