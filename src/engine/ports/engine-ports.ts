import type { ToolSpec } from '../../protocol/conversation.ts'
import type { Attester } from './attester.ts'
import type { Templates } from '../../domain/context/template.ts'
import type { Approver } from './approver.ts'
import type { CheckFinder, CheckRunner, SyntaxChecker } from './checks.ts'
import type { Integrator } from './integrator.ts'
import type { Masker } from '../../domain/secrets/masker.ts'
import type { Children } from './children.ts'
import type { Clock } from './clock.ts'
import type { CommandReader } from './commands.ts'
import type { Hooks } from './hooks.ts'
import type { Validators } from './validation.ts'
import type { Blobs, EventLog } from './event-log.ts'
import type { ModelPort } from './model.ts'
import type { Policy } from './policy.ts'
import type { Sandbox } from './sandbox.ts'
import type { EndlessFinder, Solver } from './solver.ts'
import type { StrengthMeter } from './strength.ts'
import type { Surveyor } from './surveyor.ts'
import type { AnyTool } from './tools.ts'
import type { Workspaces } from './workspace.ts'

/** Everything outside that a run needs, wired in one place by the command line. */
export interface EnginePorts {
  readonly clock: Clock
  readonly log: EventLog
  readonly blobs: Blobs
  readonly workspaces: Workspaces
  readonly sandbox: Sandbox
  readonly checks: CheckRunner
  readonly finder: CheckFinder
  readonly syntax: SyntaxChecker
  readonly surveyor: Surveyor
  readonly policy: Policy
  /** Reads shell commands before they are judged. Absent where no tool takes any. */
  readonly commands?: CommandReader
  /** The stages of validation. Absent where a caller has none: then only the proof judges. */
  readonly validators?: Validators
  readonly hooks?: Hooks
  readonly approver: Approver
  /** In the order in which models see them; the order never changes. */
  readonly tools: readonly AnyTool[]
  /** The same tools as models see them, made once so that their bytes never change within a run. */
  readonly toolSpecs: readonly ToolSpec[]
  /** Prompts other than this version's own, where those of a record are wanted. */
  readonly templates?: Templates
  /** Which of these files under a root hold secrets: commands of the solver do not see them. */
  readonly findSecrets: (root: string, paths: readonly string[]) => Promise<readonly string[]>
  /** Takes secrets out of everything before it is recorded, sent or shown. Absent in a replay: what is recorded is masked already. */
  readonly masker?: Masker
  /** Teaches the masker the values of files that hold secrets: of `paths` below `root`, and of the repository's own. */
  readonly learnSecretFiles?: (places: { readonly root: string; readonly repository: string; readonly paths: readonly string[] }) => Promise<void>
  /** Ends what tools left running; called when a run stops for whatever reason. */
  readonly stopTools: () => Promise<void>
  /** Signs the record once the run has ended. */
  readonly attester: Attester
  /** Present when the run's solver is a model. */
  readonly model: ModelPort | undefined
  readonly repair: Solver | undefined
  /** Absent where nothing looks for tests that do not end, as in a replay: what was found is part of the recorded outcome. */
  readonly endless?: EndlessFinder
  /** Measures the tests that a proof rests on. Absent where nobody wants to know. */
  readonly strength?: StrengthMeter
  /** Present where the run follows a graph of tasks. */
  readonly children?: Children
  readonly integrator?: Integrator
}
