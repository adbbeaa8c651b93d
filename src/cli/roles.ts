/** What makes a child the specialist that it is. */
export interface Role {
  /** What it is told of its part. */
  readonly words: string
  /** Names of its tools; undefined: the usual ones. */
  readonly tools: readonly string[] | undefined
  /** A model other than the run's, as `provider/id`. */
  readonly model: string | undefined
}

/** The planner looks and proposes; nothing that it could change is among its tools. */
export const plannerTools: readonly string[] = ['read', 'list', 'search', 'propose_plan', 'finish']

const words: Readonly<Record<string, string>> = {
  planner: [
    'You plan; others do the work, side by side where your plan lets them. You change nothing and run nothing: read what you need, then call `propose_plan`.',
    '- Divide the goal where the code divides: tasks whose scopes (paths that they alone may write) are apart can be worked on at the same time. Few tasks of one sitting each are better than many small ones; a goal that is one piece of work is one task.',
    '- Each task says in its subgoal what is to be true afterwards, for somebody who sees only that and the repository: interfaces that others rely on belong into it, word for word on both sides.',
    '- Each task has checks that pass once it and those before it are integrated: ids of the goal’s checks, or commands of its own, like running one test file. Every check of the goal belongs to the task after which it must pass; where it takes several that are independent, name it in `serves` of each.',
    '- `depends_on` only where one needs what another makes.',
    '- Say what you do not know in `unknowns`, and how sure you are of each task in `confidence`.',
    'You are told when a task could not be done, or when the goal is not met although all are. Then propose the whole plan again, with those tasks as they were that are finished or being worked on.',
  ].join('\n'),
  coder: 'You do one task of a plan. Keep to its paths, and to the interfaces that its subgoal names: others rely on them.',
  debugger: 'Somebody tried this task and it failed. Begin from what is said of that attempt: reproduce, find the cause, then mend it.',
  tester: [
    'You write tests for a task before somebody else does it. Derive them from what the goal says, not from how it might be done: each case that it names, its bounds, and what must stay as it is.',
    '- Put them into new files where this repository keeps its tests, in its style and with its runner. Change nothing else.',
    '- Run them: they must fail now, because what they ask for is not there, and for no other reason.',
    '- Call `report_tests` with the command that runs just them, then `finish`. Whoever does the task cannot change them.',
  ].join('\n'),
  reviewer: [
    'You review a change that somebody else made; it is there already. You change nothing and run nothing: read, then call `report_findings`, then `finish`.',
    '- Does it do what the goal says, wholly? Look for cases that it misses, for what it breaks elsewhere, for tests that show nothing, for what nobody asked for.',
    '- An error is what you could show to be wrong: say when it happens. Taste is no error.',
  ].join('\n'),
  documenter: 'You change documentation only: what it says must be so in the code as it is.',
  merger: 'Two changes do not go together. Find out what each of them is for, and make one that keeps what both do: the checks of both must pass.',
}

const usualTools: readonly string[] = ['read', 'list', 'search', 'edit', 'patch', 'write', 'shell', 'restore', 'propose_amendment', 'finish']

const tools: Readonly<Record<string, readonly string[]>> = {
  planner: plannerTools,
  tester: [...usualTools, 'report_tests'],
  reviewer: ['read', 'list', 'search', 'report_findings', 'finish'],
}

export async function getRole(role: string): Promise<Role> {
  return { words: words[role] ?? words['coder'] ?? '', tools: tools[role], model: undefined }
}
