import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLookalike } from './typosquats.ts'

const none = new Set<string>()

test('names that are easily taken for others', () => {
  for (const [ecosystem, name, other, how] of [
    ['npm', 'lodahs', 'lodash', 'letters'], ['npm', 'loadsh', 'lodash', 'letters'], ['npm', 'expres', 'express', 'letters'], ['npm', 'expresss', 'express', 'letters'], ['npm', 'react-d0m', 'react-dom', 'letters'], ['npm', 'crossenv', 'cross-env', 'separators'], ['npm', 'mongoose-js', 'mongoose', 'affix'], ['npm', 'node-express', 'express', 'affix'],
    ['npm', 'eslint-plugln-react', 'eslint-plugin-react', 'letters'], ['npm', '\u0430xios', 'axios', 'letters'], ['npm', 'cornmander', 'commander', 'letters'], ['npm', '@bable/core', '@babel/core', 'scope'], ['npm', '@type/node', '@types/node', 'scope'],
    ['pypi', 'reqeusts', 'requests', 'letters'], ['pypi', 'python-requests', 'requests', 'affix'], ['pypi', 'beautifulsoup', 'beautifulsoup4', 'letters'], ['pypi', 'djang0', 'django', 'letters'], ['cargo', 'serd_json', 'serde_json', 'letters'], ['cargo', 'toki0', 'tokio', 'letters'], ['cargo', 'serde-json', 'serde_json', 'separators'],
  ] as const) assert.deepEqual(findLookalike(ecosystem, name, none), { other, how }, name)
  assert.deepEqual(findLookalike('npm', 'our-frame-work', new Set(['our-framework'])), { other: 'our-framework', how: 'separators' }, 'a name of the project itself')
  assert.deepEqual(findLookalike('npm', 'aws-sdk-client-s3', new Set(['@aws-sdk/client-s3'])), { other: '@aws-sdk/client-s3', how: 'scope' })
})

test('names that are what they are', () => {
  for (const name of ['lodash', 'zod', 'left-pad', '@types/react', 'is-odd', 'my-own-thing', 'preact', 'vue', 'vite', 'react-dom', 'chart.js', '@babel/core', '@company/express', 'ms', 'qs', 'd3', 'http-proxy-agent', 'safer-buffer', 'eventemitter2', 'postcss-import']) assert.equal(findLookalike('npm', name, none), undefined, name)
  for (const name of ['requests', 'pytest-django', 'ujson', 'orjson', 'tomli-w', 'flask-login', 'psycopg', 'numpy-financial']) assert.equal(findLookalike('pypi', name, none), undefined, name)
  assert.equal(findLookalike('npm', 'lodahs', new Set(['lodahs'])), undefined, 'known to be meant')
})
