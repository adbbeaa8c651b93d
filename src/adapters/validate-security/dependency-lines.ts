import type { Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { lineAt } from './text-places.ts'

/** A finding about a package, whose line is looked for at the end: parsers of manifests do not keep them. */
export interface PackageFinding extends Finding {
  readonly about?: string
}

/** The findings with the line at which the file names the package. */
export async function toLines(subject: Subject, findings: readonly PackageFinding[]): Promise<readonly Finding[]> {
  const texts = new Map<string, string>()
  for (const path of new Set(findings.flatMap((each) => (each.about !== undefined && each.line === undefined ? [each.path] : [])))) texts.set(path, new TextDecoder().decode(await subject.read(path)))
  return findings.map(({ about, ...finding }) => {
    const text = texts.get(finding.path)
    const at = about === undefined || text === undefined || finding.line !== undefined ? undefined : findName(text, about)
    return at === undefined ? finding : { ...finding, line: lineAt(text ?? '', at) }
  })
}

/** Where a file names a package first, as a word of its own; in npm's lockfiles that is the place below the root's own list. */
function findName(text: string, name: string): number | undefined {
  const place = text.indexOf(`node_modules/${name}"`)
  if (place >= 0) return place
  // Python writes one name in several ways.
  const escaped = name.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&').replaceAll(/\\?[-_.]/g, '[-_.]')
  return new RegExp(`(?<![\\w@/.-])${escaped}(?![\\w/-])`, 'i').exec(text)?.index
}
