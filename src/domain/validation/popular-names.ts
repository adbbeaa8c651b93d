/** Names of packages that very many projects use: those that others like to be taken for. One list for each ecosystem. */
const lists: Readonly<Record<string, string>> = {
  npm: `lodash preact react react-dom react-router react-router-dom react-native react-redux react-hook-form react-query react-icons react-select react-table express axios chalk commander debug moment dayjs
    webpack webpack-cli webpack-dev-server typescript eslint prettier jest mocha chai sinon vite vitest rollup esbuild babel-core babel-loader next nuxt vue vuex pinia svelte angular jquery underscore async request
    request-promise uuid semver yargs yargs-parser dotenv cors body-parser cookie-parser mongoose mongodb mysql mysql2 sqlite3 better-sqlite3 knex sequelize typeorm prisma redis ioredis socket.io socket.io-client ws graphql
    graphql-tag apollo-server apollo-client styled-components tailwindcss bootstrap postcss postcss-js postcss-loader autoprefixer sass sass-loader less css-loader style-loader file-loader html-webpack-plugin mini-css-extract-plugin
    nodemon pm2 winston pino bunyan morgan helmet passport passport-local passport-jwt jsonwebtoken bcrypt bcryptjs bcrypt-nodejs crypto-js node-fetch cross-env cross-fetch cross-spawn execa shelljs glob globby fast-glob minimatch
    micromatch picomatch chokidar minimist mkdirp rimraf fs-extra graceful-fs colors picocolors kleur colord colorette ansi-styles ansi-regex strip-ansi supports-color inquirer prompts enquirer ora zod ajv joi yup superstruct rxjs
    immer immutable redux redux-thunk redux-saga mobx zustand recoil jotai formik puppeteer puppeteer-core playwright playwright-core cypress cheerio jsdom jsdoc sharp jimp multer busboy formidable nanoid classnames clsx d3 three
    electron electron-builder discord.js telegraf openai stripe firebase firebase-admin aws-sdk turbo lerna husky lint-staged commitlint ts-node ts-jest ts-loader tsx tslib nodemailer handlebars mustache ejs pug nunjucks hono fastify
    koa koa-router restify nestjs undici got ky superagent supertest nock msw core-js regenerator-runtime yaml js-yaml toml ini xml2js fast-xml-parser marked markdown-it showdown remark rehype highlight.js prismjs bluebird
    ramda date-fns date-fns-tz luxon eventemitter2 eventemitter3 events through2 readable-stream inherits safe-buffer iconv-lite qs query-string mime mime-types form-data follow-redirects http-proxy http-proxy-middleware https-proxy-agent proxy-agent
    agent-base tough-cookie lru-cache object-assign deep-equal deepmerge fast-deep-equal lodash.merge lodash.debounce lodash.get lodash-es validator sanitize-html dompurify slugify bignumber.js decimal.js big.js mathjs chart.js
    echarts highcharts leaflet mapbox-gl gsap swiper framer-motion lottie-web i18next react-i18next vue-router vue-i18n element-ui vuetify antd storybook lit polymer backbone ember-cli acorn esprima escodegen estraverse recast
    cosmiconfig dotenv-expand convict nconf rc config env-cmd concurrently npm-run-all wait-on open opn ngrok localtunnel node-gyp node-pre-gyp bindings nan node-addon-api serialport usb sqlite pg pg-promise tedious oracledb
    elasticsearch kafkajs amqplib bull bullmq agenda node-cron cron node-schedule archiver adm-zip jszip tar unzipper pdfkit pdf-lib exceljs xlsx papaparse csv-parse csv-parser csvtojson web3 ethers solc hardhat truffle ganache
    eslint-plugin-react eslint-plugin-import eslint-config-prettier eslint-config-airbnb eslint-plugin-prettier eslint-plugin-jsx-a11y browserify gulp grunt parcel bower karma jasmine ava tape nyc c8 istanbul coveralls
    vue-loader vue-template-compiler zone.js ngx-bootstrap progress cli-progress cli-table3 figlet boxen update-notifier conf keytar ssh2 simple-git isomorphic-git isomorphic-fetch whatwg-fetch hoist-non-react-statics prop-types
    scheduler loose-envify invariant warning tiny-invariant web-vitals workbox http-proxy-agent safer-buffer object.assign through gaxios color bowser simple-get querystring recharts crypt dargs event-emitter formdata-node xml-js cli-table mquery
    rambda aws-cdk eslint-plugin-import-x nprogress tslint lodash.set serve http-server live-server connect compression express-session express-validator connect-redis csurf rate-limiter-flexible`,
  pypi: `requests numpy pandas scipy matplotlib django flask fastapi sqlalchemy pytest setuptools pip wheel urllib3 certifi boto3 botocore s3transfer awscli pyyaml click jinja2 werkzeug pillow cryptography tensorflow torch torchvision
    keras scikit-learn scikit-image transformers tokenizers datasets accelerate diffusers openai anthropic langchain llama-index pydantic pydantic-core uvicorn gunicorn hypercorn celery redis pymongo motor psycopg2 psycopg2-binary psycopg
    asyncpg beautifulsoup4 lxml selenium scrapy aiohttp httpx httpcore attrs six python-dateutil pytz tzdata tqdm rich typer black ruff mypy flake8 pylint isort tox nox poetry pipenv virtualenv paramiko fabric ansible jsonschema
    protobuf grpcio grpcio-tools networkx sympy nltk spacy gensim opencv-python opencv-python-headless imageio plotly dash streamlit gradio seaborn statsmodels xgboost lightgbm catboost joblib idna charset-normalizer chardet packaging
    colorama termcolor markupsafe itsdangerous docutils sphinx mkdocs mkdocs-material pygments psutil simplejson ujson orjson tenacity loguru structlog alembic mysqlclient pymysql mysql-connector-python python-dotenv passlib bcrypt
    pyjwt python-jose oauthlib requests-oauthlib authlib tornado twisted gevent eventlet greenlet sanic starlette bottle falcon pyramid aiofiles anyio trio websockets websocket-client python-socketio pyserial pyusb pexpect ptyprocess
    prompt-toolkit ipython jupyter jupyterlab notebook nbconvert ipykernel ipywidgets numba cython cffi pycparser pyopenssl pynacl pycryptodome pycrypto rsa ecdsa google-api-python-client google-auth google-cloud-storage
    google-cloud-bigquery azure-core azure-identity azure-storage-blob msal kubernetes docker docker-compose stripe twilio sendgrid slack-sdk discord-py python-telegram-bot tweepy praw pyarrow fastparquet polars dask pyspark
    apache-airflow prefect luigi dbt-core great-expectations sentry-sdk prometheus-client opentelemetry-api opentelemetry-sdk elasticsearch kafka-python pika confluent-kafka kombu faker factory-boy hypothesis freezegun responses
    pytest-cov pytest-mock pytest-asyncio pytest-xdist coverage mock nose pluggy iniconfig toml tomli tomlkit configparser marshmallow cerberus openpyxl xlrd xlsxwriter python-docx pypdf2 pypdf reportlab weasyprint markdown
    mistune bleach html5lib soupsieve cssselect regex unidecode phonenumbers babel arrow pendulum humanize tabulate prettytable texttable docopt fire absl-py gym gymnasium stable-baselines3 ray optuna mlflow wandb tensorboard
    onnx onnxruntime pytorch-lightning sentence-transformers faiss-cpu tiktoken filelock fsspec gcsfs s3fs smart-open cachetools diskcache wrapt decorator typing-extensions importlib-metadata zipp more-itertools toolz
    sortedcontainers pyparsing distlib platformdirs appdirs pycodestyle pyflakes mccabe bandit safety pre-commit cookiecutter twine build hatchling flit pdm uv gitpython pygithub python-gitlab jira netaddr dnspython scapy
    geopandas shapely fiona pyproj rasterio folium django-rest-framework djangorestframework django-cors-headers django-filter flask-cors flask-sqlalchemy flask-login flask-wtf cattrs tomli-w
    psycopg-binary pycryptodomex pymssql aiofile ijson moto pytzdata boto pyaml tokenize-rt tensorboardx jsonschema-rs tensorflowjs hjson cchardet httpr spython`,
  cargo: `serde serde_json serde_derive serde_yaml toml toml_edit tokio tokio-util tokio-stream rand rand_core rand_chacha clap clap_derive structopt regex regex-syntax log env_logger anyhow thiserror reqwest hyper hyper-util
    hyper-tls futures futures-util futures-core async-trait async-std chrono time lazy_static once_cell itertools rayon bytes uuid tracing tracing-subscriber axum actix-web actix-rt rocket warp tower tower-http diesel sqlx sea-orm
    rusqlite postgres tokio-postgres redis mongodb syn quote proc-macro2 libc nix winapi windows windows-sys num-traits num-bigint num-integer bitflags parking_lot crossbeam crossbeam-channel crossbeam-utils hashbrown indexmap ahash
    base64 sha2 sha1 md-5 hmac digest aes ring rustls native-tls openssl openssl-sys url percent-encoding http httparse mime tempfile walkdir glob ignore notify dirs directories which memchr aho-corasick unicode-width
    unicode-segmentation smallvec arrayvec either cfg-if semver rustc_version cc bindgen pkg-config cmake bincode prost tonic flate2 zip tar zstd image png jpeg-decoder criterion proptest quickcheck mockall wiremock insta
    assert_cmd predicates pretty_assertions tera handlebars askama pulldown-cmark csv quick-xml nom pest logos lalrpop wasm-bindgen js-sys web-sys yew leptos bevy wgpu winit egui tauri crossterm ratatui indicatif console dialoguer
    colored termcolor ansi_term heck strum strum_macros derive_more derive_builder dashmap lru moka backtrace color-eyre eyre pin-project pin-project-lite socket2 mio slab signal-hook ctrlc subtle zeroize curve25519-dalek
    ed25519-dalek rsa jsonwebtoken argon2 bcrypt humantime byteorder memmap2 fs2 hex getrandom static_assertions scopeguard void phf paste`,
}

const sets = new Map(Object.entries(lists).map(([ecosystem, names]) => [ecosystem, new Set(names.split(/\s+/))]))
const none: ReadonlySet<string> = new Set()

/** Names that very many projects of an ecosystem use. */
export function listPopular(ecosystem: string): ReadonlySet<string> {
  return sets.get(ecosystem) ?? none
}

/** Scopes of npm that everybody knows. */
export const popularScopes: ReadonlySet<string> = new Set(`angular apollo aws-cdk aws-sdk aws-amplify azure babel biomejs chakra-ui changesets clack commitlint emotion eslint expo fastify faker-js firebase floating-ui fortawesome
  google-cloud graphql-tools grpc headlessui hookform hono jest langchain mantine mui microsoft nestjs next nrwl nuxt nx octokit openzeppelin opentelemetry playwright popperjs prisma radix-ui react-native react-navigation
  reduxjs remix-run rollup sentry sinonjs slack solana storybook stripe supabase sveltejs swc tailwindcss tanstack testing-library trpc tsconfig types typescript-eslint vercel vitejs vitest vue vueuse webassemblyjs`.split(/\s+/))
