// Bundles the command line into dist/: one entry, everything heavy in chunks of its own that are loaded when needed.
import { cp, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
if (Number(process.versions.node.split('.')[0]) < 22) {
  // npm puts the project's own Node first for its scripts; without it (npm ci --omit=dev) there is nothing to build with.
  process.stderr.write(`The build needs the Node that npm ci installs; this is ${process.versions.node}. Run it as: npm run build\n`)
  process.exit(1)
}
const { rolldown } = await import('rolldown')
/**
 * An `import` of a built-in module reads every export that it has, and some of those load all of WebCrypto or `fetch`:
 * 5 to 30 ms of a start. Asked for like this, a module loads what is used.
 */
const withoutFaces = (code) => {
  const lines = code.split('\n')
  // Only the imports that a chunk begins with: further down the same words may be the text of a program for the sandbox.
  const end = lines.findIndex((line) => line.trim() !== '' && !/^(?:import\b|\/\/)/.test(line))
  const faceless = lines.slice(0, end).map((line) => line.replace(/^import\s*(?:(\w+)|\{([^}]*)\})\s*from\s*["'](node:[\w/]+)["'];?$/, (_, whole, names, id) =>
    `const ${whole ?? `{${names.replaceAll(/\s+as\s+/g, ': ')}}`} = process.getBuiltinModule(${JSON.stringify(id)});`))
  return [...faceless, ...lines.slice(end)].join('\n')
}
const dist = join(root, 'dist')
const next = join(root, 'dist.next')
await rm(next, { recursive: true, force: true })
const bundle = await rolldown({
  input: { main: join(root, 'src/cli/main.ts'), testing: join(root, 'src/testing/model-server/start-model-server.ts') },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  // Packages that find files beside themselves, or bring binaries, stay as they are.
  external: [/^node:/, '@vscode/ripgrep', 'web-tree-sitter', '@vscode/tree-sitter-wasm', /^@cedar-policy\//, /^@ast-grep\//, /^@secretlint\//, 'highs'],
  plugins: [{
    // Messages are English; the other fifty languages of zod would be most of its size.
    name: 'one-language',
    resolveId: (id, importer) => (id.endsWith('/locales/index.js') && /[\\/]zod[\\/]/.test(importer ?? '') ? { id: 'writ:no-locales' } : null),
    load: (id) => (id === 'writ:no-locales' ? 'export {}' : null),
  }, {
    name: 'built-schemas',
    load: async (id) => {
      if (!/cli[\\/]built-schemas\.ts$/.test(id)) return null
      const { openTools } = await import('../src/cli/compose-engine.ts')
      const schemas = Object.fromEntries(openTools([], {}).specs.map(({ name, schema }) => [name, schema]))
      return `export const builtSchemas = ${JSON.stringify(schemas)}`
    },
  }, {
    name: 'without-faces',
    renderChunk: (code) => withoutFaces(code),
  }, {
    name: 'plain-headers',
    transform: (code, id) => (/@ai-sdk[\\/]provider-utils[\\/]dist[\\/]index\.js$/.test(id) ? `import { PlainHeaders as Headers } from ${JSON.stringify(join(root, 'src/adapters/model-ai-sdk/plain-headers.ts'))}\n${code}` : null),
  }],
  onwarn: (warning, warn) => { if (warning.code !== 'CIRCULAR_DEPENDENCY' || !/node_modules/.test(warning.message ?? '')) warn(warning) },
})
await bundle.write({ dir: next, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js', minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  // Finding, reading and linking a module takes half a millisecond however small it is: what many commands share is one chunk.
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'domain', test: /src[\\/](?:domain[\\/]|protocol[\\/](?!error-codes|fault|system-error))/, minShareCount: 3 }] } })
await bundle.close()

// Assets that are read inside the sandbox: reporters of test runners.
const reporters = join(root, 'src/adapters/check-command/reporters')
if (existsSync(reporters)) await cp(reporters, join(next, 'chunks', 'reporters'), { recursive: true, filter: (path) => !path.includes('__pycache__') && !path.endsWith('.test.ts') })
await writeFile(join(next, 'package.json'), '{ "type": "module" }\n')
await rm(dist, { recursive: true, force: true })
await rename(next, dist)
