import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toChangeKinds, type ChangeKind } from './change-kinds.ts'

const table: Readonly<Record<ChangeKind, readonly string[]>> = {
  dependencies: ['package.json', 'packages/a/package.json', 'package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'requirements.txt', 'requirements-dev.txt', 'requirements/base.in', 'pyproject.toml', 'uv.lock', 'Pipfile.lock', 'Cargo.toml', 'crates/x/Cargo.lock', 'go.mod', 'go.sum', 'Gemfile', 'shop.gemspec', 'composer.json', 'pom.xml', 'app/build.gradle.kts', 'gradle/libs.versions.toml', 'src/Shop/Shop.csproj', 'Directory.Packages.props', 'Package.swift', 'ios/Podfile.lock', 'pubspec.yaml', 'mix.lock', 'flake.lock', '.gitmodules', 'deno.json'],
  schema: ['db/migrate/20260101_add.rb', 'migrations/0001_init.py', 'src/app/migrations/0002.py', 'sql/tables.sql', 'prisma/schema.prisma', 'api/shop.proto', 'openapi.yaml', 'api/openapi.v2.json', 'schema.graphql', 'contract.schema.json', 'alembic/versions/1.py'],
  ci: ['.github/workflows/ci.yml', '.github/actions/setup/action.yml', '.gitlab-ci.yml', 'Jenkinsfile', 'Jenkinsfile.release', '.circleci/config.yml', 'azure-pipelines.yml', 'azure-pipelines-pr.yml', 'bitbucket-pipelines.yml', '.travis.yml', '.buildkite/pipeline.yml', 'cloudbuild.yaml', '.husky/pre-commit', '.pre-commit-config.yaml', 'renovate.json', '.github/dependabot.yml'],
  policy: ['.writ/policy/bundle.yaml', '.writ/hooks.yaml', 'CODEOWNERS', '.github/CODEOWNERS', 'AGENTS.md', 'src/AGENTS.md', 'CLAUDE.md', '.claude/settings.json', '.cursorrules', '.gitattributes', 'SECURITY.md'],
  checks: ['jest.config.js', 'vitest.config.ts', 'vitest.workspace.ts', 'packages/a/jest.setup.ts', '.mocharc.json', 'pytest.ini', 'tox.ini', 'conftest.py', 'phpunit.xml', 'eslint.config.js', '.eslintrc.json', 'biome.json', 'ruff.toml', 'mypy.ini', 'tsconfig.json', 'tsconfig.build.json', '.golangci.yml', 'Makefile', 'playwright.config.ts', '.nycrc', 'codecov.yml'],
  configuration: ['config/app.yaml', 'Dockerfile', 'docker-compose.yml', '.editorconfig', 'settings.ini', 'helm/values.yaml', 'main.tf', '.nvmrc', 'data.json'],
  tests: ['src/a.test.ts', 'test/helper.js', 'tests/test_a.py', 'pkg/a_test.go', 'src/__snapshots__/a.snap', 'spec/a_spec.rb', 'tests/fixtures/dump.sql', 'src/ShopTest.java'],
  docs: ['README.md', 'docs/guide.md', 'docs/img/a.png', 'CHANGELOG', 'LICENSE', 'doc/x.rst'],
  source: ['src/a.ts', 'src/config/load.ts', 'main.py', 'lib/x.rb', 'index.html', 'src/style.css', 'a'],
}

test('every kind by its names', () => {
  for (const [kind, paths] of Object.entries(table)) for (const path of paths) assert.deepEqual(toChangeKinds([path]), [kind], path)
})

test('a change of several kinds names them in a fixed order', () => {
  assert.deepEqual(toChangeKinds(['src/a.ts', 'README.md', 'package.json', 'src/a.test.ts', 'package-lock.json', '.github/workflows/x.yml']), ['dependencies', 'ci', 'tests', 'docs', 'source'])
  assert.deepEqual(toChangeKinds([]), [])
})
