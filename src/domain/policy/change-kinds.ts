import { isTestFile, lastPart, whyTest } from '../contract/test-places.ts'

export type ChangeKind = 'dependencies' | 'schema' | 'ci' | 'policy' | 'checks' | 'configuration' | 'tests' | 'docs' | 'source'

/** First what judges and steers, then what is merely work; a path may be of several kinds. By name alone. */
const kinds: readonly (readonly [ChangeKind, readonly RegExp[]])[] = [
  ['dependencies', [
    /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?|deno\.(lock|jsonc?)|jsr\.jsonc?|bower\.json|\.npmrc|\.yarnrc(\.yml)?)$/,
    /(^|\/)(requirements[\w.-]*\.(txt|in)|constraints[\w.-]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|pdm\.lock|Pipfile(\.lock)?|setup\.(py|cfg)|environment\.ya?ml|conda-lock\.yml|pip\.conf)$/,
    /(^|\/)requirements\/[^/]+\.(txt|in)$/,
    /(^|\/)(Cargo\.(toml|lock)|go\.(mod|sum|work|work\.sum)|Gemfile(\.lock)?|gems\.(rb|locked)|[\w.-]+\.gemspec|composer\.(json|lock))$/,
    /(^|\/)(pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.lockfile|libs\.versions\.toml|build\.sbt|ivy\.xml|project\.clj|deps\.edn)$/,
    /(^|\/)([\w.-]+\.(csproj|fsproj|vbproj|nuspec)|packages\.(config|lock\.json)|paket\.(dependencies|lock)|Directory\.(Packages|Build)\.props|nuget\.config)$/i,
    /(^|\/)(Package\.(swift|resolved)|Podfile(\.lock)?|Cartfile(\.resolved)?|pubspec\.(yaml|lock)|mix\.(exs|lock)|rebar\.(config|lock)|stack\.yaml(\.lock)?|cabal\.project(\.freeze)?|[\w.-]+\.cabal|conanfile\.(txt|py)|vcpkg\.json|flake\.(nix|lock)|\.gitmodules|elm\.json|dub\.(json|sdl)|Manifest\.toml|Project\.toml|renv\.lock|DESCRIPTION)$/,
  ]],
  ['schema', [
    /(^|\/)(migrations?|migrate|db\/(migrate|versions|changelog)|alembic\/versions|flyway|liquibase|changelogs?\/db)\/.+/,
    /\.(sql|ddl|proto|avsc|avdl|thrift|graphqls?|gql|xsd|wsdl|prisma|capnp|fbs|dbml)$/i,
    /(^|\/)(schema\.(rb|prisma|graphql|json|ya?ml)|structure\.sql|openapi[\w.-]*\.(json|ya?ml)|swagger[\w.-]*\.(json|ya?ml)|asyncapi[\w.-]*\.(json|ya?ml)|[\w.-]+\.schema\.json)$/i,
  ]],
  ['ci', [
    /^\.github\/(workflows|actions)\/.+/, /(^|\/)action\.ya?ml$/, /^\.gitlab-ci\.ya?ml$/, /^\.gitlab\/ci\/.+/, /(^|\/)Jenkinsfile[\w.-]*$/, /^\.(circleci|buildkite|semaphore|teamcity|woodpecker|drone|tekton)\/.+/,
    /^\.?(azure-pipelines|bitbucket-pipelines|appveyor|cloudbuild|buildspec|cirrus|travis|drone|woodpecker|codemagic|wercker)[\w.-]*\.(ya?ml|json)$/, /^(\.azure-pipelines|\.azuredevops|\.ci|ci)\/.+/, /^\.(pre-commit-config|lefthook)\.ya?ml$/, /^lefthook\.ya?ml$/, /^\.husky\/.+/, /^(\.github\/)?(dependabot|renovate)\.(ya?ml|json5?)$/, /^\.?renovate\.json5?$/, /^\.renovaterc(\.json5?)?$/,
  ]],
  ['policy', [
    /^\.writ(\/|$)/, /(^|\/)CODEOWNERS$/, /(^|\/)(AGENTS|CLAUDE|GEMINI)(\.override)?\.md$/, /^\.(agents|claude|cursor|codex|gemini|aider)(\/|$)/, /(^|\/)\.(cursorrules|windsurfrules|clinerules|mcp\.json)$/, /^\.github\/copilot-instructions\.md$/, /^(\.github\/|docs\/)?SECURITY\.md$/, /(^|\/)\.git(attributes|ignore)$/,
  ]],
  ['checks', [
    /(^|\/)(jest|vitest|vite|playwright|cypress|karma|ava|wtr|web-test-runner|babel|mocha|nyc|c8|codecov|stryker)([.-](config|conf|setup|workspace|global-setup))+(\.[\w-]+)?\.([cm]?[jt]s|json5?|ya?ml)$/,
    /(^|\/)\.(mocharc|taprc|nycrc|c8rc|jestrc|babelrc|swcrc|jasmine|codecov|coveragerc|rspec|bazelrc)(\.([cm]?[jt]s|json5?|ya?ml))?$/, /(^|\/)(\.?pytest\.(ini|toml)|tox\.ini|noxfile\.py|conftest\.py|phpunit\.xml(\.dist)?|testng\.xml|codecov\.ya?ml|sonar-project\.properties)$/,
    /(^|\/)(\.?eslintrc(\.\w+)?|eslint\.config\.[cm]?[jt]s|\.?oxlintrc\.json|biome\.jsonc?|\.?ruff\.toml|\.?mypy\.ini|\.flake8|\.pylintrc|pyrightconfig\.json|\.golangci\.(ya?ml|toml|json)|clippy\.toml|\.rubocop\.yml|\.?stylelintrc(\.\w+)?|[jt]sconfig(\.[\w.-]+)?\.json|\.semgrep(ignore|\.ya?ml)?|\.gitleaks\.toml|\.trivyignore|\.snyk)$/,
    /(^|\/)(GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|Taskfile\.ya?ml|Rakefile)$/,
  ]],
]

const docs = /(^|\/)(docs?|documentation|man)\/|\.(md|mdx|rst|adoc|asciidoc|textile|org)$|(^|\/)(README|CHANGELOG|CHANGES|LICEN[CS]E|NOTICE|AUTHORS|CONTRIBUTING|COPYING|HISTORY|TODO)(\.\w+)?$/i
const settings = /\.(ya?ml|toml|ini|cfg|conf|properties|json5?|jsonc|env|editorconfig|plist|tfvars?|tf|hcl)$|(^|\/)(\.[\w-]+rc|Dockerfile[\w.-]*|docker-compose[\w.-]*|compose\.ya?ml|Procfile|Vagrantfile|\.editorconfig|\.dockerignore|\.tool-versions|\.nvmrc|\.python-version|\.env[\w.-]*)$|(^|\/)(config|conf|settings|helm|k8s|deploy|infra|terraform)\//i

/** What kinds of change these paths are, in a fixed order. Nothing else than the names is looked at. */
export function toChangeKinds(paths: readonly string[]): ChangeKind[] {
  const found = new Set(paths.flatMap(kindsOf))
  return order.filter((kind) => found.has(kind))
}

/** The most consequential kind of one path. */
export function toChangeKind(path: string): ChangeKind {
  const found = kindsOf(path)
  return order.find((kind) => found.includes(kind)) ?? 'source'
}

const order: readonly ChangeKind[] = ['dependencies', 'schema', 'ci', 'policy', 'checks', 'configuration', 'tests', 'docs', 'source']

function kindsOf(path: string): ChangeKind[] {
  const steering = kinds.filter(([, patterns]) => patterns.some((pattern) => pattern.test(path))).map(([kind]) => kind)
  if (isTestFile(path) || whyTest(path) !== undefined) return [...steering.filter((kind) => kind !== 'schema' && kind !== 'dependencies'), 'tests']
  if (steering.length > 0) return steering
  if (docs.test(path)) return ['docs']
  return settings.test(path) && !/\.[cm]?[jt]sx?$|\.py$|\.go$|\.rs$|\.java$/.test(lastPart(path)) ? ['configuration'] : ['source']
}
