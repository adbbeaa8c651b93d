// The rules of the house that a machine can hold, read off the syntax tree. See docs/decisions/0001-rooms.md.
import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ts from 'typescript'

/** Room → rooms it may import. */
const mayImport = {
  protocol: [],
  domain: ['protocol'],
  engine: ['protocol', 'domain'],
  adapters: ['protocol', 'domain', 'engine'],
  server: ['protocol', 'domain', 'engine'],
  sdk: ['protocol'],
  testing: ['protocol', 'domain', 'engine'],
  cli: ['protocol', 'domain', 'engine', 'adapters', 'server', 'testing'],
}
/** Rooms without I/O, clock, randomness or promises, and the packages they may use. Hashing is a pure function. */
const pure = { protocol: ['zod'], domain: ['zod', 'picomatch', 'diff', 'node:crypto'] }
const enginePackages = ['zod']
const impureNames = new Set(['process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance'])
const caps = { file: 500, test: 800, loop: 250, function: 70, testFunction: 200 }

/** @returns {{ line: number, text: string }[]} what is wrong with one file */
export function findProblems(file, text, root) {
  const problems = []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const say = (node, message) => problems.push({ line: node ? lineOf(node) : 0, text: message })
  const parts = file.split('/')
  const room = parts[1]
  const isTest = /\.test\.ts$|^test\/|^bench\/|\/test-[\w-]+\.ts$|-bench\.ts$/.test(file)
  const lines = text.split('\n').length
  const cap = isTest ? caps.test : /\/loop\//.test(file) ? caps.loop : caps.file
  if (lines > cap) say(undefined, `${lines} lines; the cap is ${cap}: split it by phase or by concept`)
  if (!/^[a-z0-9.-]+$/.test(parts.at(-1))) say(undefined, 'file names are kebab-case')
  if (parts.some((part) => /^(utils?|helpers?|misc|common)(\.ts)?$/.test(part))) say(undefined, 'there are no utils or helpers: name the concept')
  if (!isTest && source.statements.length > 0 && source.statements.every((each) => ts.isExportDeclaration(each) && each.moduleSpecifier)) say(undefined, 'no barrels')

  const onImport = (node, target) => {
    if (!target.startsWith('.')) {
      if (!isTest && pure[room] && !pure[room].some((name) => target === name || target.startsWith(`${name}/`))) say(node, `${room} may not import ${target}`)
      if (!isTest && room === 'engine' && !enginePackages.includes(target)) say(node, `the engine knows ports, not ${target}`)
      return
    }
    const path = relative(root, resolve(dirname(resolve(root, file)), target))
    if (!/\.(ts|json)$/.test(target) || !existsSync(resolve(root, path))) say(node, `relative imports name a file with its ending: ${target}`)
    if (isTest || !path.startsWith('src/')) return
    const [, other, folder] = path.split('/')
    if (other !== room && !(mayImport[room] ?? []).includes(other)) say(node, `${room} may not import ${other} (${target})`)
    if (room === 'adapters' && other === 'adapters' && folder !== parts[2] && folder !== 'process') say(node, `an adapter may not import another (${target})`)
    if (room === 'adapters' && other === 'engine' && folder !== 'ports') say(node, `an adapter knows the engine's ports only (${target})`)
  }
  const linesOf = (node) => source.getLineAndCharacterOfPosition(node.getEnd()).line - source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  // A factory is as long as what it says itself, without the functions that it makes.
  const ownLines = (outer) => {
    let inner = 0
    const look = (node) => {
      if (node !== outer && ts.isFunctionLike(node) && 'body' in node && node.body && linesOf(node) > 1) inner += linesOf(node)
      else ts.forEachChild(node, look)
    }
    look(outer)
    return linesOf(outer) - inner
  }
  const visit = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) onImport(node, node.moduleSpecifier.text)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) onImport(node, node.arguments[0].text)
    if (node.kind === ts.SyntaxKind.AnyKeyword) say(node, '`any` is an error')
    if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) say(node, 'erasable TypeScript only: no enum, no namespace')
    if (ts.isExportAssignment(node)) say(node, 'named exports only')
    if (!isTest && ts.isExportDeclaration(node) && node.moduleSpecifier && !node.exportClause) say(node, 'no export *')
    if (ts.isCatchClause(node) && node.block.statements.length === 0 && !/\/[/*]/.test(node.block.getText(source))) say(node, 'nothing is swallowed: decide or translate, or say why it may be passed over')
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const length = ownLines(node)
      const most = isTest ? caps.testFunction : caps.function
      if (length > most && !(isTest && ts.isArrowFunction(node))) say(node, `a function of ${length} lines; at most ${most}`)
    }
    if (!isTest && pure[room]) {
      if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) say(node, `${room} is pure: no promises`)
      if (ts.isIdentifier(node) && impureNames.has(node.text) && !ts.isPropertyAccessExpression(node.parent) && !ts.isPropertyAssignment(node.parent) && !ts.isPropertySignature(node.parent)) say(node, `${room} is pure: no ${node.text}`)
      if (ts.isPropertyAccessExpression(node) && /^(Date\.now|Math\.random)$/.test(node.getText(source))) say(node, `${room} is pure: no ${node.getText(source)}`)
      if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length) say(node, `${room} is pure: no clock`)
    }
    if (isTest && ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && /^(test|it|describe)\.(only|skip|todo)$/.test(node.expression.getText(source))) say(node, 'no test is skipped or alone')
    ts.forEachChild(node, visit)
  }
  visit(source)
  for (const [index, line] of text.split('\n').entries()) if (/^\s*(\/\/|\/\*)\s*@ts-(ignore|nocheck|expect-error)/.test(line)) problems.push({ line: index + 1, text: 'no switching off of the type checker' })
  return problems
}
