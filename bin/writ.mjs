#!/usr/bin/env node
// The launcher runs on any Node, so that an old one gets a sentence instead of a stack trace. Keep its syntax old.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`writ needs Node 24.15 or newer, and this is ${process.versions.node}: install it, or run it through npm (npm run writ -- …), which brings its own.\n`)
  process.exit(5)
}
const { enableCompileCache } = await import('node:module')
enableCompileCache()
await import('../dist/main.js').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/main.js')) throw error
  process.stderr.write('writ is not built yet: run npm ci (or npm run build) in its folder.\n')
  process.exit(5)
})
