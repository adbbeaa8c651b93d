/**
 * Version of everything that decides from the log: `decide`, the prompts' construction, tool effects, the policy's matching,
 * the proof's judgement, messages. It is recorded with every run; whoever changes what an old log leads to raises it, and
 * keeps the old way for runs whose state says so (`RunState.decisions`). See docs/decisions/0007-replay.md.
 */
export const decisionsVersion = 6

/**
 * 2: commands are read before they are judged, questions of a turn are asked together, changes pass the stages of validation and
 * a person's review before they are committed.
 */
export function isStaged(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 2
}

/**
 * 3: a review takes the size of a change and what was sealed away into account, and says what is beside the plan.
 */
export function seesMore(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 3
}

/** 3: a question that is put again keeps until when it stands; the gate of an amendment names the whole digest of the contract. */
export function keepsQuestions(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 3
}

/** 3: questions say in words what would happen, with the rules' own risk and the change as a diff; a no is told with its reason. */
export function asksPlainly(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 3
}

/**
 * 4: no plan drops what a stage of a task is at work on, and no tests outlive the task that they were written for; a review that reports
 * nothing is none; shares count what children have spent once; a limit, a full house and a role that may not be are told apart.
 */
export function followsStrictly(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 4
}

/** 4: a task's own checks pass on what its commit merges to, also where they failed in the integrated state before. */
export function holdsOwnChecks(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 4
}

/** 4: a task begins as long as there are turns to begin with, also where its fair share would be fewer; money is shared in hundredths of a cent. */
export function beginsWithLeast(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 4
}

/** 4: a new plan without anything left to do is not taken. */
export function refusesTheSame(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 4
}

/** 5: a task that a plan left out and a later one has again is to be done. */
export function takesUpAgain(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: whoever plans anew is given the plan in force; what stops a plan is told apart from what its planner is asked for; what no check can show waits for a person. */
export function tellsThePlan(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: a stop is told once, and whatever is counted has its singular. */
export function saysItWell(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: a task ends with a person's no and with the deadline: neither is tried again; whoever is given tests to write as a task of a plan is told by what they are judged. */
export function endsAsTold(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: a check that has nothing to run without the tests of the run keeps them, and rests on what the harness saw of them. */
export function keepsWrittenTests(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: what a reviewer finds is mended by the role that made it, which is told so; only what fails for itself goes to a debugger. */
export function sendsBack(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: what a task takes of tokens and memory has a spread too. */
export function spreadsAll(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 5: the rules that a task will meet are what the policy says of it, whatever its plan names. */
export function marksAnew(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 5
}

/** 6: where a test that must fail is not reported, it is given the name of one that the check runs; where that is not either, the base is asked whether it would be. */
export function asksTheBase(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 6
}

/** 6: how sure the built-in solver is of a mend that passes its tests is not raised by mends that passed before. */
export function keepsItsDoubt(state: { readonly decisions: number | undefined }): boolean {
  return (state.decisions ?? 1) >= 6
}
