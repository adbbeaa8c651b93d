import picomatch from 'picomatch'
import { whyTest } from '../contract/test-places.ts'

/** What a changed path is, most consequential first. Rules about integrating speak of these. */
const kinds: readonly (readonly [string, readonly string[]])[] = [
  ['policy', ['.writ/**', '**/CODEOWNERS', '**/{AGENTS,CLAUDE,GEMINI}.md', '.github/settings.yml']],
  ['ci', ['.github/{workflows,actions}/**', '**/.gitlab-ci.y?(a)ml', '.gitlab/**', '**/Jenkinsfile*', '.circleci/**', '**/azure-pipelines*.y?(a)ml', '.travis.yml', 'bitbucket-pipelines.yml', '.buildkite/**', '.drone.yml', '.woodpecker/**', '.husky/**', '.pre-commit-config.yaml', '.githooks/**', '.ci/**']],
  ['schema', ['**/{migrations,migrate}/**', '**/*.sql', '**/schema.prisma', '**/*.proto', '**/*.{graphql,gql}', '**/*.avsc', '**/{openapi,swagger}*.{json,yml,yaml}', '**/alembic/**', '**/db/schema.rb', '**/liquibase/**', '**/flyway/**']],
  ['dependencies', [
    '**/{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lock,bun.lockb,deno.lock}', '**/.{npmrc,yarnrc,yarnrc.yml}',
    '**/{requirements*.txt,requirements*.in,constraints*.txt,Pipfile,Pipfile.lock,poetry.lock,uv.lock,pdm.lock,pyproject.toml,setup.py,setup.cfg,environment.y?(a)ml}',
    '**/{Cargo.toml,Cargo.lock,go.mod,go.sum,go.work,Gemfile,Gemfile.lock,composer.json,composer.lock,mix.exs,mix.lock,pubspec.yaml,pubspec.lock,Package.swift,Package.resolved,Podfile,Podfile.lock}',
    '**/{pom.xml,build.gradle,build.gradle.kts,settings.gradle,settings.gradle.kts,gradle.lockfile,libs.versions.toml,packages.config,packages.lock.json,Directory.Packages.props,conanfile.*,vcpkg.json}', '**/*.{csproj,fsproj,vbproj,gemspec}', '**/.gitmodules',
  ]],
  ['checks', [
    '**/{jest,vitest,vite,ava,playwright,cypress,karma,stryker,wdio}.{config,conf,workspace}.*', '**/.{mocharc,nycrc,c8rc,taprc}*', '**/{pytest.ini,tox.ini,noxfile.py,conftest.py,.coveragerc,phpunit.xml*,.rspec,codecov.yml}',
    '**/{tsconfig,jsconfig}*.json', '**/{.eslintrc*,eslint.config.*,biome.json*,.oxlintrc.json,.prettierrc*,ruff.toml,mypy.ini,pyrightconfig.json,.golangci.*,.rubocop.yml,.stylelintrc*,clippy.toml,rustfmt.toml}',
  ]],
  ['configuration', ['**/{Dockerfile*,docker-compose*.y?(a)ml,compose.y?(a)ml,Makefile,justfile,Procfile,Vagrantfile,*.tf,*.tfvars,*.hcl}', '**/{k8s,kubernetes,helm,charts,deploy,terraform,ansible}/**', '**/*.{ini,cfg,conf,toml,properties}', '**/.*rc', '**/*.{yml,yaml}', '**/.editorconfig', '**/.gitignore', '**/.gitattributes']],
]
const documents = picomatch(['**/*.{md,mdx,rst,adoc,txt}', '**/docs/**', '**/{LICENSE,LICENCE,NOTICE,AUTHORS,CHANGELOG}*'], { dot: true, nocase: true })
const matchers = kinds.map(([kind, globs]) => [kind, picomatch([...globs], { dot: true })] as const)

export function toChangeKind(path: string): string {
  const found = matchers.find(([kind, matches]) => (kind === 'configuration' ? whyTest(path) === undefined : true) && matches(path))
  if (found) return found[0]
  if (whyTest(path) !== undefined) return 'tests'
  return documents(path) ? 'docs' : 'source'
}

/** The kinds of some paths, each once, in the order of their weight. */
export function toChangeKinds(paths: readonly string[]): readonly string[] {
  const found = new Set(paths.map(toChangeKind))
  return [...kinds.map(([kind]) => kind), 'tests', 'docs', 'source'].filter((kind) => found.has(kind))
}
