export type Ecosystem = 'npm' | 'pypi' | 'cargo' | 'go' | 'maven' | 'nuget' | 'composer' | 'rubygems'

/** One dependency as a manifest or a lockfile names it. */
export interface Dependency {
  readonly ecosystem: Ecosystem
  /** Of the package itself; Python's as PEP 503 writes them. */
  readonly name: string
  /** Exact in a lockfile; a range, an address or nothing in a manifest. */
  readonly version: string
  /** What the manifest calls it, where that is not its name. */
  readonly alias?: string
  readonly isOptional?: boolean
  readonly licence?: string
  readonly integrity?: string
  /** The address that it comes from. */
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  /** Where it is installed, below the lockfile's folder. */
  readonly at?: string
}

export interface Lock {
  readonly packages: readonly Dependency[]
  /** What the manifests asked for when it was written: by their folder below the lock's (`''` is its own), the range of each name. */
  readonly asked?: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Each `name@range` that it answers, where it keeps them so. */
  readonly answers?: ReadonlySet<string>
  /** Packages of the repository itself that it is about, by name. */
  readonly owns?: ReadonlySet<string>
  /** Places below its folder that point to packages of the repository itself. */
  readonly links?: ReadonlySet<string>
}

export type Fields = Readonly<Record<string, unknown>>

/** What a parser gave, as fields; nothing where it is something else. */
export function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

export function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** PEP 503: case and the kind of separator do not count. */
export function toPythonName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}

/** The dependency without the fields that have nothing in them. */
export function toDependency(ecosystem: Ecosystem, name: string, version: string, more: { readonly [K in 'alias' | 'licence' | 'integrity' | 'resolved' | 'at']?: string | undefined } & { readonly hasInstallScript?: boolean; readonly isOptional?: boolean } = {}): Dependency {
  const kept = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined && value !== false))
  return { ecosystem, name: ecosystem === 'pypi' ? toPythonName(name) : name, version, ...kept }
}

/** Is the dependency taken from somewhere else than a registry? Local folders are the repository's own. */
export function isFromAddress(version: string): boolean {
  return /^(?:git(?:\+[a-z]+)?:|git@|https?:|ssh:|github:|gitlab:|bitbucket:|gist:)/i.test(version) || /^[\w.-]+\/[\w.-]+(?:#|$)/.test(version)
}

export function isLocal(version: string): boolean {
  return /^(?:file:|link:|portal:|workspace:|catalog:|patch:|\.{0,2}\/)/.test(version)
}
