/** The names that are taken for most often, by ecosystem: a new dependency one slip away from one of them is looked at. */
const wellKnown: Readonly<Record<string, string>> = {
  npm: 'lodash preact react react-dom express axios chalk commander debug moment dayjs webpack typescript eslint prettier jest mocha vite vitest rollup esbuild babel next vue svelte angular jquery underscore async request uuid semver yargs dotenv cors body-parser mongoose mongodb mysql mysql2 sequelize prisma redis ioredis socket.io ws graphql apollo-server styled-components tailwindcss bootstrap postcss autoprefixer sass less nodemon pm2 winston pino morgan helmet passport jsonwebtoken bcrypt bcryptjs crypto-js node-fetch cross-env cross-spawn execa glob minimist mkdirp rimraf fs-extra colors inquirer ora zod ajv joi yup rxjs immer redux zustand formik puppeteer playwright cheerio jsdom sharp multer nanoid classnames clsx d3 three electron discord.js telegraf openai stripe firebase aws-sdk turbo husky lint-staged ts-node tsx nodemailer handlebars ejs pug hono fastify koa nestjs undici got superagent tslib core-js yaml js-yaml xml2js marked highlight.js bluebird ramda date-fns luxon eventemitter3 through2 readable-stream inherits safe-buffer iconv-lite qs mime form-data follow-redirects',
  pypi: 'requests numpy pandas scipy matplotlib django flask fastapi sqlalchemy pytest setuptools pip wheel urllib3 certifi boto3 botocore pyyaml click jinja2 werkzeug pillow cryptography tensorflow torch keras scikit-learn transformers openai langchain pydantic uvicorn gunicorn celery redis pymongo psycopg2 psycopg2-binary beautifulsoup4 lxml selenium scrapy aiohttp httpx attrs six python-dateutil pytz tqdm rich typer black ruff mypy flake8 isort pylint tox poetry virtualenv paramiko fabric ansible jsonschema protobuf grpcio networkx sympy nltk spacy opencv-python imageio plotly dash streamlit seaborn statsmodels xgboost lightgbm joblib idna charset-normalizer packaging colorama markupsafe itsdangerous docutils sphinx pygments psutil simplejson ujson orjson tenacity loguru alembic mysqlclient pymysql python-dotenv passlib pyjwt oauthlib tornado twisted gevent eventlet',
  cargo: 'serde serde_json tokio rand clap regex log anyhow thiserror reqwest hyper futures async-trait chrono lazy_static once_cell itertools rayon bytes uuid tracing axum actix-web diesel sqlx syn quote proc-macro2 libc num-traits bitflags parking_lot crossbeam hashbrown indexmap base64 sha2 url toml env_logger structopt tempfile walkdir',
}

const listed = new Map(Object.entries(wellKnown).map(([ecosystem, names]) => [ecosystem, names.split(' ')]))

/**
 * The name that this one is easily mistaken for; undefined where there is none.
 * @param known names that are in use already, or are known to be meant
 */
export function findLookalike(ecosystem: string, name: string, known: ReadonlySet<string>): string | undefined {
  const common = listed.get(ecosystem) ?? []
  if (known.has(name) || common.includes(name)) return undefined
  const bare = name.replace(/^@[^/]+\//, '')
  if (common.includes(bare)) return undefined // a scope of somebody's around a known name says whose it is
  const folded = fold(bare)
  for (const other of [...common, ...known]) {
    if (other === name || other.startsWith('@') && bare === other.split('/')[1]) continue
    const target = fold(other.replace(/^@[^/]+\//, ''))
    if (target.length < 4) continue
    if (folded === target && bare !== other) return other
    if (affixed(folded, target)) return other
    if (Math.abs(folded.length - target.length) <= 1 && target.length >= 5 && distanceAtMostOne(folded, target)) return other
  }
  return undefined
}

/** Letters that look alike, and separators that people forget. */
function fold(name: string): string {
  return name.toLowerCase().normalize('NFKD').replaceAll(/[\u0300-\u036f]/g, '').replaceAll('а', 'a').replaceAll('е', 'e').replaceAll('о', 'o').replaceAll('с', 'c').replaceAll('р', 'p').replaceAll(/[-_.]/g, '').replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('rn', 'm')
}

function affixed(name: string, target: string): boolean {
  return target.length >= 5 && [`${target}js`, `node${target}`, `${target}node`, `python${target}`, `py${target}`, `${target}py`, `${target}lib`, `lib${target}`].includes(name)
}

/** One letter put in, left out, changed, or two neighbours swapped. */
function distanceAtMostOne(a: string, b: string): boolean {
  if (a === b) return true
  let n = 0
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1
  const [restA, restB] = [a.slice(n), b.slice(n)]
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1) || (restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
}
