import assert from 'node:assert/strict'
import test from 'node:test'
import { createCommandReader } from '../../src/adapters/command-bash/command-reader.ts'
import { toEffect } from '../../src/domain/command/to-effect.ts'
import { placeWith } from './reading-place.ts'

/** What agents run all day. Nobody should ever be asked about any of it. */
const everyday: readonly string[] = [
  'npm test',
  'pytest -q',
  'grep -rn x src | head',
  "sed -i 's/foo/bar/g' src/app.ts",
  ["python - <<'EOF'", 'import json', "print(json.load(open('package.json'))['name'])", 'EOF'].join('\n'),
  'for f in $(git ls-files); do wc -l "$f"; done',
  'node -e "console.log(1)"',
  'make',
  'cargo build',
  'git diff --stat',
  "find . -name '*.ts' | xargs grep -l foo",
  'cd src && ls -la && cat index.ts',
  'git status --short && git log --oneline -5',
  'python3 -c "import sys; print(sys.version)"',
  'npx tsc --noEmit',
  'npm run build && npm run lint',
  'PYTHONPATH=. python -m pytest tests/test_x.py -k "foo and not bar" -x',
  ["cat > src/new.ts <<'EOF'", 'export const a = `x ${1}`', '$(not run) `nor this`', 'EOF'].join('\n'),
  'mkdir -p src/a && touch src/a/b.ts',
  'rm -f out.txt',
  'mv src/a.ts src/b.ts',
  'cp README.md docs/',
  'tail -n 50 log.txt | grep -i error || true',
  'set -euo pipefail; cargo test 2>&1 | tail -30',
  'export NODE_ENV=test; node --test src/',
  'node --test --test-reporter=spec test/a.test.js',
  'for i in 1 2 3; do echo "run $i"; npm test -- --seed=$i; done',
  'diff <(sort a.txt) <(sort b.txt)',
  "jq '.scripts' package.json",
  "git show HEAD:src/index.ts | sed -n '1,40p'",
  "awk '{ print $1 }' data.txt | sort | uniq -c | sort -rn | head",
  "awk -F, 'NR > 1 && $3 > 10 { s += $3 } END { print s }' x.csv",
  "find . -type f -name '*.py' -not -path './venv/*' -exec grep -n TODO {} +",
  'if [ -f package.json ]; then npm ls --depth=0; fi',
  'test -d node_modules || echo missing',
  'which node && node --version',
  "git log --format='%h %s' -10 -- src/",
  'ls *.ts | while read -r f; do head -1 "$f"; done',
  'go test ./... -run TestFoo -count=1',
  'cargo clippy --all-targets -- -D warnings',
  '(cd packages/a && npm test)',
  'time npm test',
  'timeout 60 npm test',
  'git add -A && git commit -m "Fix the retry loop"',
  ['git commit -m "$(cat <<\'EOF\'', 'Fix the retry loop', '', "It didn't stop (see the test).", 'EOF', ')"'].join('\n'),
  'git stash list',
  'git blame -L 10,20 src/a.ts',
  "grep -c '' src/*.ts",
  'rg -n "TODO|FIXME" --glob \'!node_modules\' | wc -l',
  'wc -l src/*.ts | tail -1',
  'chmod +x scripts/run.sh',
  'echo "done" >> notes.md',
  "printf '%s\\n' a b c > list.txt",
  'python3 manage.py test app.tests',
  'python3 script.py --input data.json > out.json',
  "ruby -e 'puts 1 + 1'",
  "perl -pe 's/a/b/' file.txt",
  "perl -ne 'print if /foo/' file.txt",
  'php -l src/index.php',
  'tsc -p . && node dist/index.js',
  'npx jest --runInBand src/a.test.ts',
  'npx vitest run -t "retries"',
  'yarn test',
  'pnpm run lint',
  'mvn -q test',
  './gradlew test --info',
  'dotnet test --no-restore',
  'make test CFLAGS="-O0 -g"',
  'cmake -B build && cmake --build build -j4',
  'gcc -o main main.c && ./main',
  'rustc --version; cargo --version',
  'tree -L 2 -I node_modules',
  'du -sh node_modules | sort -h',
  'date +%s',
  'sleep 1 && cat server.log',
  'node server.js & sleep 2; kill %1',
  'PORT=3000 node server.js > server.log 2>&1 &',
  'cat package.json | python3 -c "import json,sys; print(json.load(sys.stdin)[\'version\'])"',
  'node -p "require(\'./package.json\').version"',
  'node --input-type=module -e "import { readFileSync } from \'node:fs\'; console.log(readFileSync(\'a.txt\', \'utf8\').length)"',
  ['node -e "', "const fs = require('fs')", "const x = JSON.parse(fs.readFileSync('package.json', 'utf8'))", "x.version = '2.0.0'", "fs.writeFileSync('package.json', JSON.stringify(x, null, 2))", '"'].join('\n'),
  ["python3 - <<'EOF'", 'import re, pathlib', "p = pathlib.Path('src/app.py')", 's = p.read_text()', "s = re.sub(r'foo\\((\\w+)\\)', r'bar(\\1)', s)", 'p.write_text(s)', 'EOF'].join('\n'),
  "sed -n '10,30p' src/a.ts; sed -n 5p src/b.ts",
  "sed -e 's/a/b/' -e '/^#/d' in.txt > out.txt",
  'grep -q foo src/a.ts && echo yes || echo no',
  '[[ -n "$CI" ]] && echo ci',
  'x=$(git rev-parse HEAD); echo "$x"',
  'files=$(git diff --name-only); echo "$files" | wc -l',
  'n=0; while [ $n -lt 3 ]; do n=$((n+1)); echo $n; done',
  'for d in packages/*/; do (cd "$d" && npm test); done',
  'tmp=$(mktemp -d); cp -r src "$tmp"; ls "$tmp"',
  'case "$(uname)" in Linux) echo linux;; *) echo other;; esac',
  'function t() { npm test -- "$1"; }; t a; t b',
  '. .venv/bin/activate && pytest -q',
  '.venv/bin/python -m pytest',
  './node_modules/.bin/eslint src',
  'source venv/bin/activate; python -m mypy src',
  'git diff HEAD~1 -- src | head -100',
  "git ls-files | grep -E '\\.(ts|tsx)$' | xargs wc -l | sort -n | tail",
  'git checkout -- src/a.ts',
  'git branch -a && git remote -v',
  'git restore --staged src/a.ts',
  'ps aux | grep node | grep -v grep',
  'lsof -i :3000 || true',
  'file dist/main && strings dist/main | head',
  'xxd -l 64 image.png',
  'tar -tzf pkg.tgz | head',
  "sqlite3 test.db 'select count(*) from users where id > 3'",
  "psql -d test -c 'SELECT 1'",
  'printenv PATH',
  'comm -12 <(sort a) <(sort b) | head -5',
  'seq 1 5 | xargs -I{} echo item {}',
  "find src -name '*.snap' -newer package.json",
  'diff -u a.txt b.txt | tee diff.txt',
  '(npm test; echo "exit: $?") 2>&1 | tail -20',
  "trap 'echo bye' EXIT; npm test",
  ['cat <<EOF | node', 'console.log("$HOME")', 'EOF'].join('\n'),
  'bash scripts/check.sh',
  './scripts/check.sh --fast',
  'ruff check . && ruff format --check .',
  'uv run pytest -q',
  'poetry run pytest',
  'bundle exec rspec spec/a_spec.rb',
  'NODE_OPTIONS=--max-old-space-size=4096 npx webpack',
  "python -c 'from app import f; assert f(2) == 4'",
  'python3 -m json.tool < a.json',
  "git log -S'retries' --oneline -- src | cat",
  'git grep -n "foo(" -- \'*.ts\'',
  'node -e \'const r=/a(b)/.exec("ab"); console.log(r[1])\'',
  'curl --version',
  'echo $((1+2)) "${HOME}/x" ${PWD##*/}',
  'javac -d out src/*.java && java -cp out Main',
  'patch -p1 --dry-run < fix.patch',
  'git apply --check fix.diff',
  'npm run check --if-present',
  'npm t -- --watch=false',
  'npm -w packages/a test',
  'cd packages/a && npm run build',
  'yarn build --mode production',
  'bun run build',
  'node --run build',
  'npx run-s lint build',
  'make test && make clean',
  'make -j4 all VERBOSE=1',
  'make -C packages/b',
  "Rscript -e 'testthat::test_local()'",
  'Rscript tests/run.R',
  "julia --project=. -e 'using Pkg; Pkg.test()'",
  'julia --project=. test/runtests.jl',
  'elixir -S mix test',
  'scala-cli test .',
  'swift build',
  'clj -M:test',
  'R --no-save < tests/run.R',
  'ghc -O2 --make Main.hs',
  'shred -u tmp/key.txt',
  'awk \'BEGIN { while ((getline line < "a.txt") > 0) n++; print n }\'',
]

const scripts = {
  test: 'cross-env NODE_ENV=test node --test --test-reporter=spec "src/**/*.test.js"', pretest: 'npm run build', build: 'tsc -p . && node scripts/copy.mjs', lint: 'eslint . --ext .ts,.tsx --max-warnings 0',
  check: 'npm run lint && npm run types', types: 'tsc --noEmit', prepublishOnly: 'npm test && npm run build', release: 'npm publish', prepare: 'husky', start: 'node dist/index.js',
}
const makefile = `# The usual
CC ?= gcc
CFLAGS += -O2 -Wall
OBJ := main.o util.o
.PHONY: all test clean

all: app

app: $(OBJ)
	$(CC) $(CFLAGS) -o $@ $^

test: all
	@./run-tests --fast \\
	  --color && echo "done $$?"

clean:
	-$(RM) $(OBJ) app
	rm -rf build
`

const place = placeWith({ 'package.json': JSON.stringify({ name: 'app', scripts }), 'packages/a/package.json': JSON.stringify({ name: 'a', scripts: { test: 'vitest run', build: 'rimraf dist && tsup src/index.ts' } }), Makefile: makefile, 'packages/b/Makefile': 'b.o: b.c\n\tcc -c b.c\n', 'scripts/check.sh': '#!/usr/bin/env bash\nset -e\ncd "$(dirname "$0")/.."\nnpm run lint "$@"\n' })
const reader = createCommandReader()
/** `npx tool` may bring the tool first; which is asked about elsewhere, where the network is granted. What is deleted here a snapshot has. */
const allowed = new Set<string>(['package-install', 'recursive-delete'])

test(`${everyday.length} everyday commands are wholly understood and amount to nothing that is denied`, async () => {
  assert.ok(everyday.length >= 100)
  const alarms: string[] = []
  for (const command of everyday) {
    const { acts, unknown } = await reader.read(command, place)
    const kinds = acts.flatMap((act) => act.kinds).filter((kind) => !allowed.has(kind))
    if (kinds.length > 0 || acts.some((act) => act.paths.some((path) => path.access === 'write' && path.outside && !path.path.startsWith('/tmp/'))) || unknown.length > 0 || acts.length === 0) alarms.push(`${command}: ${kinds.join(', ')} ${unknown.map(({ why }) => why).join(', ')}`)
  }
  assert.deepEqual(alarms, [])
})

test('none of them is irreversible, whatever may be reached', async () => {
  for (const command of everyday) assert.notEqual(toEffect(await reader.read(command, place), { network: ['registry.example'] }), 'irreversible', command)
})
