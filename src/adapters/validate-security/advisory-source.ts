import type { Ecosystem } from './manifests/dependency.ts'

export interface Advisory {
  readonly id: string
  readonly summary: string
  /** The versions that mend it, where that is known. */
  readonly fixed: readonly string[]
}

/** A package at an exact version. */
export interface AskedPackage {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly version: string
}

/** Where advisories come from. Others can be put in its place: `openAdvisories` chooses. None asks the network unless the settings name its address. */
export interface AdvisorySource {
  /** What is known of each, in their order. @throws Error with the reason where it cannot tell: then none of them is checked */
  find(packages: readonly AskedPackage[]): Promise<readonly (readonly Advisory[])[]>
}

/** OSV's names of ecosystems: https://ossf.github.io/osv-schema/#defined-ecosystems */
const osvNames: Readonly<Record<Ecosystem, string>> = { npm: 'npm', pypi: 'PyPI', cargo: 'crates.io', go: 'Go', maven: 'Maven', nuget: 'NuGet', composer: 'Packagist', rubygems: 'RubyGems' }
const ecosystems: ReadonlyMap<string, Ecosystem> = new Map((Object.keys(osvNames) as Ecosystem[]).map((each) => [osvNames[each].toLowerCase(), each]))

export function toOsvEcosystem(ecosystem: Ecosystem): string {
  return osvNames[ecosystem]
}

/** Names may have a release behind a colon. */
export function findEcosystem(osvName: string): Ecosystem | undefined {
  return ecosystems.get(osvName.toLowerCase().split(':')[0] ?? '')
}
