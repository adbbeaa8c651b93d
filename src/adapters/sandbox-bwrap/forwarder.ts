/** Where the forwarder listens inside. */
export const FORWARDER_PORT = 3128

/**
 * Runs inside the sandbox, under the same Node as we do, as the parent of the command: listens on 127.0.0.1 and
 * carries each connection to the proxy's unix socket, which is bound into the sandbox. It decides nothing.
 */
export const FORWARDER_SOURCE = `'use strict'
const net = require('node:net')
const { spawn } = require('node:child_process')
const os = require('node:os')
const [socket, port, ...argv] = process.argv.slice(2)
const server = net.createServer({ allowHalfOpen: true }, (client) => {
  const up = net.connect({ path: socket, allowHalfOpen: true })
  client.on('error', () => up.destroy())
  up.on('error', () => client.destroy())
  client.pipe(up)
  up.pipe(client)
})
server.on('error', (error) => {
  console.error('writ: the network forwarder cannot listen: ' + error.message)
  process.exit(125)
})
server.listen(Number(port), '127.0.0.1', () => {
  const child = spawn(argv[0], argv.slice(1), { stdio: 'inherit' })
  child.on('error', (error) => {
    console.error(argv[0] + ': ' + error.message)
    process.exit(127)
  })
  child.on('exit', (code, signal) => process.exit(code === null ? 128 + os.constants.signals[signal] : code))
})
`
