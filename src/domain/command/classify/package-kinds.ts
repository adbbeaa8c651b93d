import type { Draft } from '../draft.ts'
import { hostsIn } from '../read-code.ts'
import type { Classifier } from './classify.ts'
import { completeNpmCommand, toNpmCommands, withoutValues } from '../npm-verbs.ts'
import { findVerbs } from './verbs.ts'

/** Programs that publish by one word of theirs, wherever it stands. */
const publishesBy = (says: RegExp): Classifier => (draft) => {
  if (draft.args.some((arg) => says.test(arg)) && !draft.args.some((arg) => /^(?:--help|-h)$/.test(arg))) draft.add('publish', 'registry', 'network', 'upload')
}

/** Which word says what is to be done, where no option with a value comes before it. */
function verbOf(draft: Draft): string {
  return draft.args.find((arg) => !arg.startsWith('-') && !arg.startsWith('+')) ?? ''
}

const manager = (rules: { readonly install: RegExp; readonly publish?: RegExp; readonly registry?: RegExp }): Classifier => (draft) => {
  const verbs = draft.name === 'npm' ? findVerbs(withoutValues(draft.args)).flatMap(toNpmCommands) : findVerbs(draft.args)
  const says = (rule: RegExp | undefined): boolean => rule !== undefined && (verbs.length === 0 ? rule.test('') : verbs.some((verb) => rule.test(verb)))
  if (says(rules.install)) draft.add('package-install', 'network')
  if (says(rules.publish)) draft.add('publish', 'registry', 'network', 'upload')
  if (says(rules.registry)) draft.add('registry')
  if (says(rules.registry) && verbs.some((verb) => /^(?:login|adduser|token|owner|access|dist-tag|whoami|team|org|profile|signin|push|yank)$/.test(verb))) draft.add('network')
  for (const [index, arg] of draft.args.entries()) {
    if (/^(?:--registry|--index-url|-i|--extra-index-url|--index)$/.test(arg)) for (const host of hostsIn(draft.args[index + 1] ?? '')) draft.host(host)
    const host = /(?:registry|index-url|extra-index-url|index|source)[= ]https?:\/\/(?:[^/@]*@)?([^/]+)/.exec(arg)?.[1]
    if (host !== undefined) draft.host(host)
  }
}

const node = manager({ install: /^(?:i|install|ci|add|update|up|upgrade|install-test|it|cit|link|dlx|x|exec|create|init|rebuild|audit|dedupe|import|fetch)$/, publish: /^(?:publish|unpublish|deprecate|stage)$/, registry: /^(?:config|set|login|adduser|add-user|logout|token|owner|access|dist-tag|dist-tags|whoami|team|org|profile|star|npm)$/ })

const nodeManager: Classifier = (draft) => {
  const given = draft.name === 'npm' ? (findVerbs(withoutValues(draft.args))[0] ?? '') : verbOf(draft)
  const commands = draft.name === 'npm' ? toNpmCommands(given) : [given]
  const [verb = ''] = commands
  // What is only a part of a command is shown as that command.
  const whole = draft.name === 'npm' ? completeNpmCommand(given) : undefined
  if (whole !== undefined) draft.argv = draft.argv.map((word, index) => (index === draft.args.indexOf(given) + 1 ? whole : word))
  if (commands.length > 1) return node(draft)
  if (draft.name === 'yarn' && draft.args.length === 0) draft.add('package-install', 'network')
  else if (/^(?:config)$/.test(verb) && /^(?:get|list|ls)$/.test(draft.args[draft.args.indexOf(verb) + 1] ?? '')) return
  else if (verb === 'audit' || verb === 'init') { if (draft.args.length > 2 || verb === 'audit') draft.add('network') }
  else if (draft.name !== 'npm' && !/^(?:run|run-script|add|why)$/.test(verb) && draft.args.includes('publish')) draft.add('publish', 'registry', 'network', 'upload')
  else if (verb === 'exec') draft.add('package-install')
  else if (verb === 'pkg' || verb === 'set-script') { if (!draft.args.includes('get')) draft.changes('package.json') }
  else if (/^(?:dedupe|rebuild|import|link)$/.test(verb)) draft.add('package-install')
  else node(draft)
}

const pip = manager({ install: /^(?:install|download|wheel)$/, registry: /^(?:config|search|index)$/ })

export const packageKinds: Readonly<Record<string, Classifier>> = {
  npm: nodeManager, pnpm: nodeManager, yarn: nodeManager, bun: (draft) => { if (/^(?:i|install|add|update|x|create|publish)$/.test(verbOf(draft))) nodeManager(draft) },
  npx: (draft) => draft.add('package-install'), bunx: (draft) => draft.add('package-install'), lerna: manager({ install: /^bootstrap$/, publish: /^publish$/ }),
  changeset: manager({ install: /(?!)/, publish: /^publish$/ }), 'semantic-release': (draft) => draft.add('publish', 'network', 'upload'),
  'release-it': (draft) => draft.add('publish', 'network', 'upload'), np: (draft) => draft.add('publish', 'network', 'upload'),
  nx: (draft) => { if (draft.args.includes('publish')) draft.add('publish', 'network', 'upload') }, jsr: manager({ install: /^add$/, publish: /^publish$/ }),
  deno: manager({ install: /^(?:install|add|cache)$/, publish: /^(?:publish|deploy)$/ }), corepack: (draft) => draft.add('package-install', 'network'), uvx: (draft) => draft.add('package-install', 'network'), 'nix-shell': (draft) => draft.add('package-install', 'network'),
  pip, pip3: pip, pipx: manager({ install: /^(?:install|run|upgrade|inject)$/ }),
  uv: (draft) => { manager({ install: /^(?:add|sync|lock|tool|python)$/, publish: /^publish$/ })(draft); if (verbOf(draft) === 'pip' && /^(?:install|sync|compile)$/.test(draft.args[draft.args.indexOf('pip') + 1] ?? '')) draft.add('package-install', 'network') },
  poetry: manager({ install: /^(?:add|install|update|lock|self)$/, publish: /^publish$/, registry: /^(?:config|source)$/ }),
  pdm: manager({ install: /^(?:add|install|sync|update|lock)$/, publish: /^publish$/ }), hatch: manager({ install: /(?!)/, publish: /^publish$/ }),
  flit: manager({ install: /^install$/, publish: /^publish$/ }), twine: manager({ install: /(?!)/, publish: /^(?:upload|register)$/ }),
  pipenv: manager({ install: /^(?:install|sync|update|lock)$/ }), conda: manager({ install: /^(?:install|create|update|env)$/ }),
  mamba: manager({ install: /^(?:install|create|update)$/ }), easy_install: (draft) => draft.add('package-install', 'network'),
  python: pythonModule, python3: pythonModule, python2: pythonModule,
  cargo,
  rustup: manager({ install: /^(?:install|update|toolchain|component|target)$/ }),
  go: (draft) => { const verb = verbOf(draft); if (/^(?:get|install)$/.test(verb) || (verb === 'mod' && /^(?:download|tidy)$/.test(draft.args[1] ?? ''))) draft.add('package-install', 'network') },
  gem: manager({ install: /^(?:install|update|fetch)$/, publish: /^(?:push|yank)$/, registry: /^(?:signin|owner|sources|cert)$/ }),
  bundle: manager({ install: /^(?:install|update|add|)$/, registry: /^config$/ }), composer: manager({ install: /^(?:install|require|update|create-project|global)$/ }),
  mvn: maven, mvnw: maven, './mvnw': maven, gradle: gradle,
  gradlew: gradle, './gradlew': gradle,
  dotnet: (draft) => { const verb = verbOf(draft); if (verb === 'nuget' && draft.args.includes('push')) draft.add('publish', 'registry', 'network', 'upload'); if (verb === 'restore' || (verb === 'add' && draft.args.includes('package')) || verb === 'tool' && draft.args.includes('install')) draft.add('package-install', 'network') },
  nuget: manager({ install: /^(?:install|restore)$/, publish: /^(?:push|delete)$/, registry: /^(?:setapikey|sources)$/i }),
  vsce: manager({ install: /(?!)/, publish: /^(?:publish|unpublish)$/ }), ovsx: manager({ install: /(?!)/, publish: /^publish$/ }),
  rake: publishesBy(/^release(?::rubygem_push)?$|^gem:push$/), maturin: publishesBy(/^(?:publish|upload)$/), rebar3: publishesBy(/^publish$/), dart: publishesBy(/^publish$/), flutter: publishesBy(/^publish$/),
  cabal: publishesBy(/^upload$/), stack: publishesBy(/^upload$/), luarocks: publishesBy(/^upload$/), sbt: publishesBy(/^[+]?(?:publish(?:Signed)?|release|ci-release)$|\/publish(?:Signed)?$/), lein: publishesBy(/^(?:deploy|release)$/),
  conan: publishesBy(/^upload$/), opam: publishesBy(/^publish$/), dub: publishesBy(/^publish$/), snapcraft: publishesBy(/^(?:upload|push|release)$/),
  hex: manager({ install: /(?!)/, publish: /^publish$/ }),
  mix: (draft) => { const verb = verbOf(draft); if (verb === 'hex.publish') draft.add('publish', 'registry', 'network', 'upload'); if (verb === 'deps.get') draft.add('package-install', 'network') },
  pod: manager({ install: /^(?:install|update)$/, publish: /^trunk$/ }),
  apt: system, 'apt-get': system, aptitude: system, dnf: system, yum: system, apk: system,
  pacman: (draft) => { if (draft.args.some((arg) => /^-\w*[SU]/.test(arg))) draft.add('package-install', 'network') }, zypper: system, brew: system, snap: system,
  port: system, nix: system, 'nix-env': (draft) => draft.add('package-install', 'network'),
  dpkg: (draft) => { if (draft.args.some((arg) => /^-\w*[irP]|^--(?:install|remove|purge)/.test(arg))) draft.add('package-install') },
  rpm: (draft) => { if (draft.args.some((arg) => /^-\w*[iUeF]/.test(arg)) && !draft.args.some((arg) => /^-q/.test(arg))) draft.add('package-install') }, choco: system,
  winget: system, scoop: system,
}

function system(draft: Draft): void {
  if (/^(?:install|upgrade|update|add|remove|purge|del|reinstall|dist-upgrade|full-upgrade|tap|profile|shell|run|develop)$/.test(verbOf(draft))) draft.add('package-install', 'network')
}

const ofCargo = manager({ install: /^(?:add|install|update|fetch|binstall)$/, publish: /^(?:publish|yank)$/, registry: /^(?:login|logout|owner|search)$/ })

/** Its own verbs, and those of the plugins that publish. */
function cargo(draft: Draft): void {
  ofCargo(draft)
  const [verb = '', next = ''] = draft.args.filter((arg) => !arg.startsWith('-') && !arg.startsWith('+'))
  const publishes = (verb === 'release' && draft.args.some((arg) => /^(?:-x|--execute)$/.test(arg))) || (/^(?:workspaces|ws|smart-release)$/.test(verb) && (next === 'publish' || draft.args.includes('--execute')))
  if (publishes) draft.add('publish', 'registry', 'network', 'upload')
}

function maven(draft: Draft): void {
  if (draft.args.some((arg) => /^(?:deploy|release:perform|site-deploy)/.test(arg))) draft.add('publish', 'network', 'upload')
}

function gradle(draft: Draft): void {
  if (draft.args.some((arg) => /(?:^|:)(?:publish(?!ToMavenLocal)\w*|uploadArchives|closeAndRelease\w*)$/.test(arg))) draft.add('publish', 'network', 'upload')
}

function pythonModule(draft: Draft): void {
  if (/(?:^|\/)setup\.py$/.test(draft.args.find((arg) => !arg.startsWith('-')) ?? '') && draft.args.includes('upload')) draft.add('publish', 'registry', 'network', 'upload')
  const at = draft.args.indexOf('-m')
  if (at === -1) return
  const [module, verb] = [draft.args[at + 1], draft.args.slice(at + 2).find((arg) => !arg.startsWith('-'))]
  if (module === 'pip' && /^(?:install|download|wheel)$/.test(verb ?? '')) draft.add('package-install', 'network')
  if (module === 'twine' && verb === 'upload' || module === 'poetry' && verb === 'publish' || module === 'flit' && verb === 'publish') draft.add('publish', 'registry', 'network', 'upload')
  if (module === 'http.server') draft.add('network')
  if (module === 'smtplib') draft.add('message', 'network')
}
