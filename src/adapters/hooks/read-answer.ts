import { HookAnswer, type HookEvent } from '../../protocol/hooks.ts'

/** What a hook's end amounts to. */
export interface HookVerdict {
  readonly status: 'passed' | 'blocked' | 'failed'
  readonly reason: string
  readonly stopsRun?: true
}

/** Where a no changes what happens. Elsewhere it is only told. */
const mayBlock: Readonly<Record<HookEvent, boolean>> = {
  PreToolUse: true, PostToolUse: true, Stop: true, SubagentStop: true, PermissionRequest: true,
  PreCompact: false, SessionStart: false, SessionEnd: false, Notification: false,
}

/** Reads an exit code and what was printed. An answer can only say no: a yes is the person's and the policy's alone. */
export function readVerdict(event: HookEvent, ended: { readonly exitCode: number; readonly stdout: string; readonly stderr: string }): HookVerdict {
  const { exitCode, stdout, stderr } = ended
  if (exitCode === 0) return readAnswer(event, stdout)
  const said = stderr.trim() || stdout.trim()
  if (exitCode === 2) return block(event, said)
  return { status: 'failed', reason: `it ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}` }
}

function readAnswer(event: HookEvent, stdout: string): HookVerdict {
  const text = stdout.trim()
  if (!text.startsWith('{')) return { status: 'passed', reason: '' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A no that cannot be read must not pass for a yes without a word.
    return { status: 'failed', reason: 'what it printed begins like JSON and is none, so nothing of it was heeded' }
  }
  const parsed = HookAnswer.safeParse(value)
  if (!parsed.success) return { status: 'failed', reason: `its answer does not fit: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}` }
  const { decision, reason, continue: goesOn, stopReason, hookSpecificOutput: own } = parsed.data
  if (goesOn === false) {
    const stopped = block(event, stopReason ?? reason ?? '')
    return stopped.status === 'blocked' ? { ...stopped, stopsRun: true } : stopped
  }
  if (decision === 'block' || decision === 'deny') return block(event, reason ?? '')
  if (own?.permissionDecision === 'deny') return block(event, own.permissionDecisionReason ?? reason ?? '')
  if (own?.decision?.behavior === 'deny') return block(event, own.decision.message ?? reason ?? '')
  return { status: 'passed', reason: '' }
}

function block(event: HookEvent, said: string): HookVerdict {
  if (mayBlock[event]) return { status: 'blocked', reason: said.trim() || 'it gave no reason' }
  return { status: 'failed', reason: `it said no, and at ${event} there is nothing to stop${said.trim() === '' ? '' : `: ${said.trim()}`}` }
}
