/** Asks a person. */
export interface Approver {
  /** Undefined where nobody is there to be asked; the run then waits. */
  ask(question: string, signal: AbortSignal): Promise<{ answer: 'approve' | 'deny'; by: string; note?: string } | undefined>
}
