import { z } from 'zod'
import { PathAccess } from './policy.ts'

/**
 * What a program that a command starts amounts to. Rules speak of these instead of the words of a command.
 * Destructive: what it deletes, rewrites or fills up. Exfiltrating: what leaves, and by which way.
 */
export const ActKind = z.enum([
  // destructive
  'recursive-delete', 'force-push', 'history-rewrite', 'database-drop', 'disk-destruction', 'permission-change', 'process-bomb', 'publish', 'deploy', 'mass-edit', 'privilege',
  // reaching out
  'network', 'upload', 'remote-shell', 'dns', 'registry', 'git-remote', 'package-install', 'message',
  // secrets, and what judges the agent
  'secret-read', 'secret-out', 'tamper',
])
export type ActKind = z.infer<typeof ActKind>

/** A path that a program is given, as far as its words tell; `outside` lies beyond the repository's root. */
export const TouchedPath = PathAccess.extend({ outside: z.boolean() })
export type TouchedPath = z.infer<typeof TouchedPath>

/** One program that a command would start, after expansion. */
export const Act = z.lazy(() => z.object({
  /** Its words; null where one cannot be known before it runs. The first is the program's name, without its folder. */
  argv: z.array(z.string().nullable()).min(1),
  kinds: z.array(ActKind),
  paths: z.array(TouchedPath),
  /** `host` or `host:port`, as far as its words name them. */
  hosts: z.array(z.string()),
  /** What would start it, outermost first: `bash -c`, `xargs`, `find -exec`, `a here-document`. */
  via: z.array(z.string()),
}))
export type Act = z.infer<typeof Act>

/** What a shell command would do: every program that it would start, and the parts that cannot be understood. */
export const CommandReading = z.lazy(() => z.object({
  acts: z.array(Act),
  unknown: z.array(z.object({
    text: z.string().max(500),
    why: z.string().max(500),
    /** It belongs to a program of the repository (a script of package.json, a recipe), which the sandbox holds where nothing gets out. */
    contained: z.boolean().optional(),
  })),
}))
export type CommandReading = z.infer<typeof CommandReading>
