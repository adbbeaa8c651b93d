import type { CheckOutcome, TestCase } from '../../protocol/evidence.ts'

/** What an interpreter says first when something that was to be imported is not there at all. */
const pythonMisses: readonly RegExp[] = [
  /^(?:\w+\.)*(?:ModuleNotFoundError|ImportError): No module named (['"]?)([^'"\s;]+)\1/,
  /^(?:\w+\.)*ImportError: cannot import name \S+ from (['"])([^'"]+)\1 \(unknown location\)/,
  /^(?:\w+\.)*PackageNotFoundError: (?:No package metadata was found for )?(['"]?)(\S+?)\1$/m,
  /^(?:\w+\.)*DistributionNotFound: The (['"]?)(\S+?)\1 distribution was not found/,
  /^(?:\w+\.)*(?:ImportError|OSError): ()(\S+\.so[\w.]*): cannot open shared object file/,
]

const scriptMisses: readonly RegExp[] = [
  /(?:Cannot find (?:package|module)|Failed to resolve import|Failed to load url|Could not resolve) ['"]?([^'"\s]+)/,
  /Failed to resolve entry for package ['"]([^'"]+)/,
]

/** A path into the project's own sources that leads nowhere is a fault of the code; one into what a build makes is not. */
const pathOfSources = /^(?:\.{0,2}\/|file:)(?!.*(?:^|\/)(?:node_modules|dist|build|out|lib|generated)\/)/

/** Names what could not be found, where a message says that a module, package or shared library is missing here. */
export function findMissingModule(message: string | undefined): string | undefined {
  const text = message?.trim() ?? ''
  for (const pattern of pythonMisses) {
    const name = pattern.exec(text)?.[2]
    if (name !== undefined) return name
  }
  for (const pattern of scriptMisses) {
    const name = pattern.exec(text)?.[1]
    if (name !== undefined) return pathOfSources.test(name) ? undefined : name
  }
  return undefined
}

/** Is it a file as a whole, and not a test in it? Only a file that could not be loaded fails so while its tests have names. */
export function isWholeFile(one: TestCase): boolean {
  return one.file !== undefined && one.name === one.file
}

/**
 * What was missing, where a run saw no test at all because every test file lacks a module that is not there.
 * Such a run says something about the machine and nothing about the code.
 */
export function findLackingModules(cases: readonly TestCase[]): readonly string[] | undefined {
  if (cases.length === 0) return undefined
  const lacking = new Set<string>()
  for (const one of cases) {
    // A file that asks to be skipped was not seen to work either.
    if (isWholeFile(one) && one.status === 'skipped') continue
    const name = isWholeFile(one) && one.status === 'failed' ? findMissingModule(one.message) : undefined
    if (name === undefined) return undefined
    lacking.add(name)
  }
  return lacking.size === 0 ? undefined : [...lacking]
}

/** Test files that failed as a whole, with what their message says was missing. */
export function findUnloaded(outcome: CheckOutcome | undefined): ReadonlyMap<string, string | undefined> {
  const files = outcome?.tests?.cases.filter((one) => isWholeFile(one) && one.status === 'failed') ?? []
  return new Map(files.map((one) => [one.name, findMissingModule(one.message)]))
}
