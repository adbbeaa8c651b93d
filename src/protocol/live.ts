import type { ChildSpent } from './events/task.ts'

/**
 * Ephemeral signals: what a live view shows while it happens. They are never stored and nothing depends on them.
 */
export type LiveSignal =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'output'; readonly callId: string; readonly text: string }
  | { readonly kind: 'status'; readonly text: string }
  /** What a child run is at, and what it spent so far. */
  | { readonly kind: 'child'; readonly run: string; readonly task: string; readonly step: string; readonly spent: Omit<ChildSpent, 'modelMs'> }
  | { readonly kind: 'progress'; readonly label: string; readonly done: number; readonly total: number | undefined }
