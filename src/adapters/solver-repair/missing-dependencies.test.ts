import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeMissingPackages, findMissingPackages } from './missing-dependencies.ts'

const labOf = (files: Readonly<Record<string, string>>): Parameters<typeof describeMissingPackages>[1] => ({ files: async () => Object.keys(files), read: async (path) => files[path] })

describe('packages that tests miss', () => {
  it('are named without paths, built-in modules and what is the project\'s own', () => {
    const said = "Cannot find package '@scope/name/deep' imported from /x/a.js\nCannot find module './b'\nCannot find module 'left-pad/lib'\nCannot find module 'node:fs'\nNo module named 'requests.auth'\nNo module named 'src.own'"
    assert.deepEqual(findMissingPackages(said, ['src/own.py', 'a.js']), ['@scope/name', 'left-pad', 'requests'])
  })
  it('are looked for in the manifests of their language', async () => {
    const files = { 'package.json': '{"dependencies": {"left-pad": "1.0.0"}}', 'requirements.txt': 'flask==3.0\n', 'node_modules/x/package.json': '{"dependencies": {"right-pad": "1"}}' }
    assert.equal(await describeMissingPackages("Cannot find package 'left-pad' imported from /x/a.js", labOf(files)), 'left-pad is declared in package.json and is not installed')
    assert.equal(await describeMissingPackages("Cannot find package 'right-pad' imported from /x/a.js", labOf(files)), 'right-pad is imported and not declared in package.json: declare it in package.json and install it')
    assert.equal(await describeMissingPackages("No module named 'requests'", labOf(files)), 'requests is imported and not declared in requirements.txt: declare it in requirements.txt and install it')
    assert.equal(await describeMissingPackages("No module named 'requests'", labOf({})), 'requests is imported, and there is no manifest that could declare it')
    assert.equal(await describeMissingPackages("No module named 'flask.views'", labOf(files)), 'flask is declared in requirements.txt and is not installed')
    assert.equal(await describeMissingPackages("Cannot find package 'c++' imported from /x/a.js", labOf(files)), 'c++ is imported and not declared in package.json: declare it in package.json and install it')
    assert.equal(await describeMissingPackages('1 !== 2', labOf(files)), undefined)
  })
})
