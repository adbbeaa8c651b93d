import type { ActKind } from '../../../protocol/command.ts'
import { hostsIn } from '../read-code.ts'
import type { Classifier } from './classify.ts'
import { operandsFromVerb } from './verbs.ts'

/** Words that change something, whatever the thing that follows is called: `delete pod status`. */
const changing = /^(?:apply|delete|deploy|create|replace|patch|scale|upgrade|install|uninstall|rollback|destroy|sync|publish|release|promote|push|submit)$/

/** Programs that speak to a service: everything but looking on changes it. The first word that says either counts. */
const service = (looks: RegExp, ...kinds: readonly ActKind[]): Classifier => (draft) => {
  const words = draft.args.filter((arg) => !arg.startsWith('-'))
  if (words.length === 0 || draft.args.some((arg) => /^(?:--version|--help|-h|version|help)$/.test(arg))) return
  draft.add('network')
  for (const arg of draft.args) for (const host of hostsIn(arg)) draft.host(host)
  const telling = operandsFromVerb(draft.args).slice(0, 3).find((word) => looks.test(word) || changing.test(word))
  if (telling === undefined || !looks.test(telling)) draft.add(...kinds)
}

const looking = /^(?:get|list|ls|describe|show|status|logs?|whoami|view|diff|explain|top|api-resources|cluster-info|plan|validate|fmt|output|graph|init|template|lint|search|info|dependency|check|preview|history|inspect|current-context|config)$|^(?:get|list|describe|head)-/

const cloud = service(looking, 'deploy', 'upload')

const kubernetes: Classifier = (draft) => {
  cloud(draft)
  if (draft.args.includes('exec') || draft.args.includes('attach') || draft.args.includes('debug')) draft.add('remote-shell')
  if (draft.args.includes('cp')) draft.add('upload')
  const words = draft.args.filter((arg) => !arg.startsWith('-'))
  if (words[0] === 'get' && /^secrets?/.test(words[1] ?? '')) draft.add('secret-read')
}

const terraform: Classifier = (draft) => {
  const [verb = '', next = ''] = draft.args.filter((arg) => !arg.startsWith('-'))
  if (verb === 'state' && /^(?:list|show|pull)$/.test(next)) return draft.add('network')
  if (/^(?:fmt|validate|version|console|graph|providers)$/.test(verb) || verb === '') return
  if (/^(?:apply|destroy|up|deploy|import|taint|untaint|refresh|login|force-unlock|remove|rm|cancel|state|run|run-all)$/.test(verb)) draft.add('deploy', 'network', 'upload')
  else draft.add('network')
}

const forge: Classifier = (draft) => {
  const [noun = '', verb = ''] = operandsFromVerb(draft.args)
  if (noun === '' || /^(?:version|help|completion)$/.test(noun)) return
  draft.add('network')
  if (noun === 'release' && !/^(?:list|view|download)$/.test(verb)) draft.add('publish', 'upload')
  if (/^(?:issue|pr|mr|discussion)$/.test(noun) && /^(?:create|new|comment|note|close|reopen|edit|review|merge|approve|lock|transfer|delete|ready|update)$/.test(verb)) draft.add('message', 'upload')
  if (noun === 'gist' && !/^(?:list|view)$/.test(verb)) draft.add('upload', 'publish')
  if (noun === 'api' && draft.args.some((arg) => /^(?:-[fFX]|--(?:method|field|raw-field|input))/.test(arg))) draft.add('upload', 'message')
  if (noun === 'repo' && /^(?:create|delete|edit|sync|fork|rename|archive|deploy-key)$/.test(verb)) draft.add('upload', 'git-remote')
  if (noun === 'repo' && verb === 'clone') draft.add('git-remote')
  if (/^(?:workflow|run)$/.test(noun) && /^(?:run|enable|disable|rerun|cancel|delete)$/.test(verb)) draft.add('deploy', 'upload')
  if (/^(?:secret|variable|ssh-key|gpg-key)$/.test(noun) && !/^(?:list|ls)$/.test(verb)) draft.add('upload', 'registry')
  if (noun === 'auth' && verb === 'token') draft.add('secret-read')
}

const objects: Classifier = (draft) => {
  cloud(draft)
  if (draft.args.some((arg) => /^(?:cp|mv|sync|put|rsync|put-object|mb|rb|rm)$/.test(arg))) draft.add('upload')
  if (draft.args.some((arg) => /^(?:rm|rb)$/.test(arg)) && draft.args.some((arg) => /^(?:--recursive|--force|-r)$/.test(arg))) draft.add('recursive-delete')
  if (draft.args.some((arg) => /^(?:secretsmanager|ssm|secrets|print-access-token|get-session-token|get-login-password|keyvault|export-credentials)$/.test(arg))) draft.add('secret-read')
}

const firebase = service(/^(?:serve|login|list|emulators.*|init|use)$/, 'deploy', 'upload')

const alwaysDeploys = service(/^(?:whoami|logs?|list|ls|status|inspect|info|dev|env|login|build|pull|link)$/, 'deploy', 'upload')

/** Called without a word they deploy what is there. */
const bareDeploys: Classifier = (draft) => {
  const isAsking = draft.args.some((arg) => /^(?:--version|-v|-V|--help|-h|version|help)$/.test(arg))
  if (!isAsking && draft.args.every((arg) => arg.startsWith('-'))) draft.add('deploy', 'network', 'upload')
  else alwaysDeploys(draft)
}

/** Programs of which one word brings something out. */
const onlyBy = (says: RegExp, ...kinds: readonly ActKind[]): Classifier => (draft) => {
  if (draft.args.some((arg) => says.test(arg)) && !draft.args.some((arg) => /^(?:--help|-h)$/.test(arg))) draft.add('network', 'upload', ...kinds)
}

/** Builds, and pushes what it has built before it says where it is. */
const ko: Classifier = (draft) => {
  onlyBy(/^(?:apply|create|run|delete)$/, 'deploy')(draft)
  onlyBy(/^(?:apply|create|run|build|publish|resolve)$/, 'publish')(draft)
}

export const deliveryKinds: Readonly<Record<string, Classifier>> = {
  kubectl: kubernetes, oc: kubernetes, k9s: kubernetes,
  helm: service(/^(?:list|ls|status|template|lint|show|search|history|get|dependency|version|env|package|create)$/, 'deploy', 'upload'), kustomize: () => undefined,
  helmfile: cloud, skaffold: cloud, argocd: cloud, flux: cloud,
  terraform, tofu: terraform, terragrunt: terraform, pulumi: terraform, cdk: service(/^(?:synth|diff|list|ls|doctor|init)$/, 'deploy', 'upload'), cdktf: cloud,
  ansible: (draft) => { draft.add('deploy', 'network', 'remote-shell') },
  'ansible-playbook': (draft) => { if (!draft.args.some((arg) => /^--(?:syntax-check|list-\w+)$/.test(arg))) draft.add('deploy', 'network', 'remote-shell') },
  packer: service(/^(?:validate|fmt|init|inspect)$/, 'deploy', 'upload'), nomad: cloud, consul: cloud,
  vercel: bareDeploys, now: bareDeploys, netlify: alwaysDeploys, 'netlify-cli': alwaysDeploys, ntl: alwaysDeploys, fly: alwaysDeploys, flyctl: alwaysDeploys,
  firebase, 'firebase-tools': firebase, heroku: alwaysDeploys,
  wrangler: service(/^(?:dev|whoami|tail|types|login)$/, 'deploy', 'upload'), surge: bareDeploys, railway: alwaysDeploys, render: alwaysDeploys,
  serverless: service(/^(?:offline|info|logs|print|package)$/, 'deploy', 'upload'), sls: service(/^(?:offline|info|logs|print|package)$/, 'deploy', 'upload'),
  sam: service(/^(?:build|validate|local|init|logs)$/, 'deploy', 'upload'), amplify: alwaysDeploys, eb: alwaysDeploys, cap: alwaysDeploys, fab: alwaysDeploys,
  kamal: alwaysDeploys, dokku: alwaysDeploys, 'gh-pages': alwaysDeploys, convex: service(/^(?:dev)$/, 'deploy', 'upload'),
  supabase: service(/^(?:start|stop|status|init|gen|login)$/, 'deploy', 'upload'), expo: service(/^(?:start|export|prebuild|lint|doctor)$/, 'deploy', 'upload'),
  eas: alwaysDeploys, fastlane: alwaysDeploys, mkdocs: (draft) => { if (draft.args[0] === 'gh-deploy') draft.add('deploy', 'network', 'upload') },
  aws: objects, gcloud: objects, az: objects, gsutil: objects, s3cmd: objects, azcopy: objects, doctl: objects, linode: objects, 'linode-cli': objects, ibmcloud: objects,
  oci: objects, mc: objects, b2: objects, hcloud: objects,
  gh: forge, glab: forge, hub: forge, tea: forge, jira: service(looking, 'message', 'upload'), sentry: service(looking, 'deploy', 'upload'),
  'sentry-cli': service(looking, 'deploy', 'upload'), stripe: service(looking, 'upload'), twilio: service(looking, 'message', 'upload'),
  sst: onlyBy(/^(?:deploy|remove)$/, 'deploy'), ng: onlyBy(/^deploy$/, 'deploy'), copilot: onlyBy(/^(?:deploy|delete)$/, 'deploy'), dep: onlyBy(/^(?:deploy|rollback)$/, 'deploy'),
  deployctl: onlyBy(/^deploy$/, 'deploy'), modal: onlyBy(/^deploy$/, 'deploy'), waypoint: onlyBy(/^(?:up|deploy|release|destroy)$/, 'deploy'), ko,
  hf: service(/^(?:download|whoami|scan-cache|env)$/, 'publish', 'upload'), 'huggingface-cli': service(/^(?:download|whoami|scan-cache|env)$/, 'publish', 'upload'),
  goreleaser: service(/^(?:check|build|healthcheck|jsonschema)$/, 'publish', 'upload'),
}
