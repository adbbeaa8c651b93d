// About the least that a harness in Node can do, as a yardstick: one tool, one loop, a streamed answer, a bare
// `bash -c` for each call. No sandbox, no log, no snapshot, no proof. Usage: node floor.mjs BASE_URL PROMPT
import { spawn } from 'node:child_process'

const [baseUrl, prompt] = process.argv.slice(2)
const parameters = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] }
const tools = [{ type: 'function', function: { name: 'shell', description: 'Runs a command with bash.', parameters } }]
const messages = [{ role: 'system', content: 'Work on the repository in the current directory.' }, { role: 'user', content: prompt }]

function runShell(command) {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('close', (code) => resolve(`${Buffer.concat(chunks)}exit code ${code}`))
  })
}

async function ask() {
  const body = JSON.stringify({ model: 'mock-model', stream: true, tools, messages })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${baseUrl}/v1/chat/completions`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const message = { role: 'assistant', content: '', tool_calls: [] }
  for (const line of (await response.text()).split('\n')) {
    if (!line.startsWith('data: {')) continue
    const delta = JSON.parse(line.slice(6)).choices[0]?.delta
    message.content += delta?.content ?? ''
    for (const part of delta?.tool_calls ?? []) {
      const call = (message.tool_calls[part.index] ??= { id: part.id, type: 'function', function: { name: part.function.name, arguments: '' } })
      call.function.arguments += part.function.arguments ?? ''
    }
  }
  return message
}

for (;;) {
  const { tool_calls: calls, content } = await ask()
  if (calls.length === 0) break
  messages.push({ role: 'assistant', content, tool_calls: calls })
  const outputs = await Promise.all(calls.map((call) => runShell(JSON.parse(call.function.arguments).command)))
  calls.forEach((call, i) => messages.push({ role: 'tool', tool_call_id: call.id, content: outputs[i] }))
}
