import type { TaskSize } from '../../protocol/experience.ts'
import type { Task } from '../../protocol/plan.ts'

export interface Described {
  readonly risk: Task['risk']
  readonly checks: number
  readonly size?: TaskSize | undefined
}

const risks: Readonly<Record<Task['risk'], number>> = { low: 0, medium: 1, high: 2 }

/** How many of the features are the task's size: they come first, and are unknown together. */
export const sizeFeatures = 3

/** What is known where no size was ever measured: three files, 20 kB, two levels deep. */
export const usualSize: readonly number[] = toSizeFeatures({ files: 3, kb: 20, depth: 2 })

/** How a unit of each feature weighs before anything is known. Of logarithms: 0.25 means that 16 times as much text takes twice as long. */
export const usualSlopes: readonly number[] = [0.1, 0.25, 0.15, 0.1, 0.15]

function toSizeFeatures({ files, kb, depth }: TaskSize): number[] {
  return [Math.log1p(files), Math.log1p(kb), Math.log1p(depth)]
}

/** Numbers that grow with what makes a task long. `typical` stands for a size that is not known; where there is nothing yet, something is to be made. */
export function toFeatures({ size, checks, risk }: Described, typical: readonly number[]): number[] {
  const measured = size && size.files > 0 ? toSizeFeatures(size) : typical.slice(0, sizeFeatures)
  return [...measured, Math.log1p(checks), risks[risk]]
}
