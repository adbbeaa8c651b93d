/** Asks a person. */
export interface Approver {
  /**
   * Undefined where nobody is there to be asked; the run then waits. What is `inDoubt` was cut off and may have happened: a
   * general yes to every question does not answer it.
   */
  ask(question: string, signal: AbortSignal, about?: { readonly inDoubt: boolean }): Promise<{ answer: 'approve' | 'deny'; by: string; note?: string } | undefined>
}
