/** What a script does that no installing or building needs. */
export interface Misdeed {
  readonly what: string
  readonly at: number
}

/** Texts are looked at up to here, in characters. */
const longest = 400_000

/** Where no package of good faith sends anything, or takes it from. */
const drop = /\b(?:webhook\.site|requestbin\.\w+|pipedream\.net|ngrok(?:-free)?\.(?:io|app)|oast(?:ify)?\.\w{2,6}|burpcollaborator\.net|interact\.sh|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|hooks\.slack\.com\/services|transfer\.sh|pastebin\.com\/raw|paste\.ee\/r|termbin\.com|https?:\/\/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?\/)/i
const isHere = /https?:\/\/(?:127\.|0\.0\.0\.0|10\.|192\.168\.)/i
const credentials = /(?:\.ssh\/(?:id_|authorized_keys|config)|\bid_(?:rsa|ed25519)\b|\.aws[/\\]+credentials|\.config[/\\]+gcloud|\.kube[/\\]+config|\.docker[/\\]+config\.json|\.netrc\b|\.git-credentials|\.pypirc|wallet\.dat|\/etc\/(?:shadow|passwd)\b|Login Data\b|(?:cat|readFile(?:Sync)?\(|open\(|fs\.read)[^\n]{0,80}\.npmrc)/i
const sends = /\b(?:https?(?:["']\))?\.(?:request|get|post)|fetch\(|axios|XMLHttpRequest|net\.(?:connect|createConnection|Socket)|dns\.(?:lookup|resolve)|requests\.(?:post|get|put)|urllib|http\.client|socket\.(?:socket|create_connection)|curl\b|wget\b|nc\b|TcpStream::connect|ureq::|reqwest::)/i
const decodes = /\batob\(|Buffer\.from\([^)\n]{1,4000},\s*["'](?:base64|hex)["']|base64\.b64decode|codecs\.decode|bytes\.fromhex|zlib\.decompress|marshal\.loads|base64\s+(?:-d|-D|--decode)\b|String\.fromCharCode\(|FromBase64String/i
const runs = /\beval\s*\(|\bnew Function\(|\bFunction\(|\bexec(?:Sync|File|FileSync)?\s*\(|\bspawn(?:Sync)?\(|\bos\.system\(|subprocess\.|\bcompile\(|\|\s*(?:ba|z|da)?sh\b|\|\s*(?:node|python3?|perl|ruby)\b|vm\.run|_load\(|Command::new|Invoke-Expression|\biex\b/i
const wholeEnvironment = /JSON\.stringify\(\s*process\.env\s*[,)]|Object\.(?:entries|assign|keys)\([^)\n]{0,40}process\.env\s*\)|(?:dict|str|json\.dumps)\(\s*(?:dict\()?os\.environ|env::vars\(\)|\b(?:env|printenv|set)\b\s*\|\s*(?:curl|nc|base64|wget)/i

const plain: readonly (readonly [RegExp, string])[] = [
  [/\b(?:curl|wget|fetch|iwr|Invoke-WebRequest|Invoke-RestMethod)\b[^\n|;&]{0,300}\|\s*(?:sudo\s+)?(?:(?:ba|z|da|k)?sh|node|python3?|perl|ruby|iex)\b/i, 'fetches something and runs it'],
  [/\b(?:ba|z|da)?sh\s+(?:-c\s+)?["'<(]{0,3}\$?\(\s*(?:curl|wget)\b/i, 'fetches something and runs it'],
  [/\b(?:curl|wget)\b[^\n]{0,300}(?:&&|;)\s*(?:chmod\s+[^\n;&]{0,80}(?:&&|;)\s*)?(?:sudo\s+)?(?:(?:ba|z|da)?sh|\.\/|\/tmp\/|node|python3?)\s*\S/i, 'fetches something and runs it'],
  [/\b(?:nc|ncat|netcat)\s+(?:-\w+\s+)*-\w*e\b|\/dev\/(?:tcp|udp)\/|\bbash\s+-i\b[^\n]{0,80}>&|\bsocket\b[^\n]{0,400}\b(?:dup2|pty\.spawn)\b/i, 'opens a shell to elsewhere'],
  [/(?:\\x[0-9a-f]{2}){40,}|(?:\\u00[0-9a-f]{2}){40,}|\b_0x[0-9a-f]{4,6}\b[^]{0,400}\b_0x[0-9a-f]{4,6}\b[^]{0,400}\b_0x[0-9a-f]{4,6}\b/i, 'hides what it does'],
  [/\b(?:nslookup|dig|host)\s+[^\n]{0,40}(?:\$\(|`|\$\{?(?:USER|HOSTNAME|HOME|PWD))/i, 'sends something out through names that it asks for'],
  [/>>?\s*(?:~|\$HOME|\$\{HOME\})?\/?\.(?:bashrc|zshrc|profile|bash_profile|ssh\/authorized_keys)\b|\bcrontab\s+-|\/etc\/cron|LaunchAgents\//i, 'makes itself start again'],
]

/** What looks like malware in a script that runs when something is installed or built. */
export function findMisdeeds(text: string): readonly Misdeed[] {
  const part = text.slice(0, longest)
  const found: Misdeed[] = []
  const add = (pattern: RegExp, what: string): void => {
    const at = pattern.exec(part)?.index
    if (at !== undefined && !found.some((each) => each.what === what)) found.push({ what, at })
  }
  for (const [pattern, what] of plain) add(pattern, what)
  const dropped = drop.exec(part)
  if (dropped !== null && !isHere.test(dropped[0])) found.push({ what: 'speaks with a place where stolen things are dropped', at: dropped.index })
  if (sends.test(part)) {
    add(credentials, 'reads credentials and speaks with the network')
    add(wholeEnvironment, 'sends the environment away')
  } else if (/\b(?:cat|cp|tar|zip|base64)\b[^\n]{0,80}/i.test(part)) add(credentials, 'reads credentials')
  if (runs.test(part) && /[A-Za-z0-9+/=]{120,}|(?:[0-9a-f]{2}){100,}/.test(part)) add(decodes, 'hides what it runs')
  else if (/(?:\beval\s*\(|\bexec\s*\(|\bnew Function\(|\bFunction\()\s*[^\n]{0,80}(?:atob\(|Buffer\.from\(|b64decode|decompress|fromhex|fromCharCode)|base64\s+(?:-d|-D|--decode)[^\n]{0,80}\|\s*(?:ba|z|da)?sh\b/i.test(part)) add(decodes, 'hides what it runs')
  return found.toSorted((a, b) => a.at - b.at)
}

/** Names of the scripts of package.json that run without being asked for, when it is installed or packed. */
export const installHooks: readonly string[] = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepack', 'prepublish', 'dependencies']

/** Files of the package that a command line runs: `node scripts/install.js` runs one. */
export function findScriptFiles(command: string): readonly string[] {
  return [...command.matchAll(/\b(?:node|sh|bash|python3?|tsx|ts-node|bun)\s+(?:-\S+\s+)*["']?((?:\.\/)?[\w@][\w./@-]*)["']?|(?:^|[;&|]\s*)(\.\/[\w./-]+)/g)]
    .map((match) => (match[1] ?? match[2] ?? '').replace(/^\.\//, ''))
    .filter((path) => path !== '' && !path.split('/').includes('..'))
    .flatMap((path) => (/\.\w+$/.test(path) ? [path] : [path, `${path}.js`, `${path}/index.js`]))
    .slice(0, 10)
}
