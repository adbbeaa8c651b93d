// How each harness is started against the scripted model server, without a person, with its own documented switches
// for telemetry, update checks and downloads off. Each gets a HOME of its own, so nobody's settings or keys are read.
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** The engine that npm ci brings; the bench may itself be started with another Node. */
export const node = findFile(join(root, 'node_modules/.bin/node')) ?? process.execPath

const key = 'x'
const model = 'mock-model'

/**
 * What a harness needs for one run: `place` is { url, home, prompt, turns, script } and the answer
 * { argv, env?, files? }, where `files` are written under HOME first.
 */
const starts = {
  floor: ({ url, prompt }) => ({ argv: [node, join(root, 'bench/floor.mjs'), url, prompt] }),

  writ: ({ url, home, prompt, turns, script }) => ({
    argv: [
      node, join(root, 'bin/writ.mjs'), 'run', prompt, '--model', `openai-chat/${model}`,
      '--check', script === 'mixed' ? 'grep -q counter=[1-9] notes.txt' : 'test -s log.txt', '--max-turns', String(turns + 20),
    ],
    env: { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: key, XDG_STATE_HOME: join(home, 'state') },
  }),

  codex: (place, command) => toCodex(place, command, ['--dangerously-bypass-approvals-and-sandbox']),
  'codex-sandbox': (place, command) => toCodex(place, command, ['--sandbox', 'workspace-write']),

  pi: ({ url, prompt }, command) => ({
    argv: [command, '--print', '--provider', 'bench', '--model', model, prompt],
    env: { PI_OFFLINE: '1', PI_SKIP_VERSION_CHECK: '1', PI_TELEMETRY: '0' },
    files: {
      '.pi/agent/models.json': {
        providers: {
          bench: {
            baseUrl: `${url}/v1`, api: 'openai-completions', apiKey: key,
            models: [{ id: model, name: model, contextWindow: 1_000_000, maxTokens: 32_000, input: ['text'], reasoning: false }],
          },
        },
      },
    },
  }),

  claude: ({ url, home, prompt }, command) => ({
    argv: [command, '--print', '--output-format', 'stream-json', '--verbose', '--allowedTools', 'Bash,Read,Edit,Write', '--', prompt],
    env: {
      ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key, CLAUDE_CONFIG_DIR: join(home, '.claude'),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1', DISABLE_ERROR_REPORTING: '1',
    },
  }),

  opencode: ({ url, home, prompt }, command) => ({
    argv: [command, 'run', '--auto', '--model', `bench/${model}`, prompt],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_SHARE: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      XDG_CONFIG_HOME: join(home, '.config'), XDG_DATA_HOME: join(home, '.local/share'),
      XDG_CACHE_HOME: join(home, '.cache'), XDG_STATE_HOME: join(home, '.local/state'),
    },
    files: {
      '.config/opencode/opencode.json': {
        autoupdate: false, share: 'disabled', permission: { '*': 'allow' }, model: `bench/${model}`, small_model: `bench/${model}`,
        provider: {
          bench: {
            npm: '@ai-sdk/openai-compatible', name: 'bench', options: { baseURL: `${url}/v1`, apiKey: key },
            models: { [model]: { name: model, tool_call: true, limit: { context: 1_000_000, output: 32_000 } } },
          },
        },
      },
    },
  }),

  gemini: ({ url, prompt }, command) => ({
    argv: [command, '--skip-trust', '--yolo', '--model', 'gemini-2.5-pro', '--output-format', 'text', '--prompt', prompt],
    env: { GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: url, GEMINI_TELEMETRY_ENABLED: 'false' },
    files: {
      '.gemini/settings.json': {
        security: { auth: { selectedType: 'gemini-api-key' } }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false }, model: { maxSessionTurns: -1 },
      },
    },
  }),

  qwen: ({ url, prompt }, command) => ({
    argv: [command, '--auth-type', 'openai', '--yolo', '--model', model, prompt],
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: model },
    files: {
      '.qwen/settings.json': {
        security: { auth: { selectedType: 'openai' } }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false },
        general: { enableAutoUpdate: false, disableAutoUpdate: true, disableUpdateNag: true }, model: { maxSessionTurns: -1 },
      },
    },
  }),
}

/** Codex knows only models by name: an unknown one would get other tools and prompts. */
function toCodex({ url, home, prompt }, command, how) {
  const config = [
    'model = "gpt-5.5"', 'model_provider = "bench"', 'check_for_update_on_startup = false', 'web_search = "disabled"',
    '[model_providers.bench]', 'name = "bench"', `base_url = "${url}/v1"`, 'wire_api = "responses"', 'env_key = "BENCH_KEY"',
    'supports_websockets = false', '[analytics]', 'enabled = false', '',
  ]
  return {
    argv: [command, 'exec', '--json', ...how, prompt],
    env: { CODEX_HOME: join(home, '.codex'), BENCH_KEY: key },
    files: { '.codex/config.toml': config.join('\n') },
  }
}

export const peerNames = Object.keys(starts).filter((name) => name !== 'floor' && name !== 'writ')

/** @returns the harness by its name, or undefined where its program is not installed */
export function findHarness(name) {
  const start = starts[name]
  if (start === undefined) return undefined
  if (name === 'floor' || name === 'writ') return { name, start }
  const command = findProgram(name.replace(/-sandbox$/, ''))
  return command === undefined ? undefined : { name, start: (place) => start(place, command) }
}

/** In PEERS_DIR, each in a folder of its own or all in one, then on PATH. */
function findProgram(program) {
  const peers = process.env.PEERS_DIR ?? join(tmpdir(), 'peers')
  const places = [join(peers, program, 'node_modules/.bin'), join(peers, 'node_modules/.bin'), peers, ...(process.env.PATH ?? '').split(delimiter)]
  for (const place of places) {
    const found = findFile(join(place, program))
    if (found !== undefined) return found
  }
  return undefined
}

function findFile(path) {
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    // Not there, or not to be run: the next place is tried.
    return undefined
  }
}
