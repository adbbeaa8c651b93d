import type { Contract } from '../../protocol/contract.ts'
import { describeLasting, type LastingCall } from '../rewind.ts'
import { toShortCommit } from './short-id.ts'
import { toLine } from './words.ts'

/** What lasts outside of the repository, and how a person takes it back where that is known. */
export interface Outside {
  readonly seq: number
  readonly at: string
  readonly what: string
  /** The result is known to have come back; a call that was cut off may or may not have done its work. */
  readonly certain: boolean
  readonly approvedBy: string | undefined
  readonly how: string
}

const hints: readonly (readonly [pattern: RegExp, how: string])[] = [
  [/\bgit\b[^|;&\n]*\bpush\b/, 'push the commit that was there before (git push --force-with-lease), or a revert; delete what it created (git push --delete)'],
  [/\b(npm|pnpm|yarn|bun)\b[^|;&\n]*\bpublish\b/, 'deprecate the version (npm deprecate), or unpublish it where the registry still allows that'],
  [/\bcargo\b[^|;&\n]*\bpublish\b/, 'yank the version (cargo yank)'],
  [/\b(gem)\b[^|;&\n]*\bpush\b/, 'yank the version (gem yank)'],
  [/\b(twine|flit|poetry|uv|hatch)\b[^|;&\n]*\b(upload|publish)\b/, 'yank or delete the release at the package index'],
  [/\b(docker|podman|buildah|skopeo|oras|crane)\b/, 'delete the tag or image at its registry, or push the earlier one again'],
  [/\b(gh|glab|hub)\b/, 'close, delete or edit what it made there (the same program does it)'],
  [/\b(kubectl|oc|helm)\b/, 'apply the earlier manifests, or roll back (kubectl rollout undo, helm rollback)'],
  [/\b(terraform|tofu|pulumi|cdk)\b/, 'apply the earlier configuration; its state file tells what was made'],
  [/\b(psql|mysql|mongosh?|redis-cli|sqlcmd|cqlsh)\b/, 'restore the data from a backup, or write the reverse of what it ran'],
  [/\b(ssh|scp|sftp|rsync)\b/, 'undo it on that machine'],
  [/\b(curl|wget|https?)\b/, 'undo it with the service that got the request'],
]

/** One entry for each call that reached out, or may have. `run` is the word that commands take. */
export function toOutside(calls: readonly LastingCall[], run: string, contract: Contract | undefined): readonly Outside[] {
  const hosts = contract?.network ?? []
  return calls.map((call) => {
    const what = describeLasting(call)
    const known = hints.find(([pattern]) => pattern.test(what))?.[1]
    const reach = hosts.length > 0 ? ` It could reach ${hosts.join(', ')}.` : ''
    return {
      seq: call.seq, at: call.at, what, certain: call.status !== undefined && call.status !== 'cancelled', approvedBy: call.by,
      how: `${known ?? 'look at what it did, and take it back where it did it'}.${reach} What it said: writ log ${run}, event ${call.seq}.`,
    }
  })
}

/** Lines for a person; empty where everything is undone. */
export function describeOutside(all: readonly Outside[]): readonly string[] {
  if (all.length === 0) return []
  return [
    `${all.length === 1 ? 'One call' : `${all.length} calls`} reached, or may have reached, outside of the repository. That is not undone:`,
    ...all.flatMap((each) => [
      `- ${toLine(each.what, 300)}${each.certain ? '' : ' (it was cut off: it may or may not have happened)'}${each.approvedBy ? `, allowed by ${toLine(each.approvedBy, 100)}` : ''}`,
      `  To take it back: ${each.how}`,
    ]),
  ]
}

/** How a branch or the files came back, as one line. */
export function describeUndone(undone: { readonly how: 'ref' | 'revert' | 'patch'; readonly onto: string; readonly before: string; readonly after: string; readonly already: boolean }, isDry: boolean): string {
  const { how, onto, before, after, already } = undone
  if (already) return how === 'patch' ? 'Your files hold nothing of it any more: it was taken back before.' : `${onto} holds nothing of it any more: it was taken back before.`
  if (how === 'patch') return isDry ? 'The changes would be taken out of your files; nothing would be committed.' : 'The changes are taken out of your files; nothing was committed.'
  const at = how === 'ref' ? toShortCommit(after) : isDry ? 'a revert on top' : `${toShortCommit(after)}, a revert`
  return `${onto} ${isDry ? 'would be' : 'is'} at ${at} (${isDry ? 'is' : 'was'} ${toShortCommit(before)}).`
}
