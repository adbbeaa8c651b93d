/**
 * What credentials of the services in use look like by themselves, whatever stands around them. Lengths are the issuers' or a
 * little less, because a credential that was cut off is one all the same. Every pattern is one run of characters with bounds:
 * matching is linear.
 */
export interface TokenRule {
  /** Says what it is in the placeholder. */
  readonly kind: string
  /** Matched where a run of such characters begins; case counts. */
  readonly pattern: string
}

/** An earlier rule wins over a later one. */
export const tokenRules: readonly TokenRule[] = [
  // Forges.
  { kind: 'github-token', pattern: 'gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}' },
  { kind: 'gitlab-token', pattern: 'gl(?:pat|dt|rt|cbt|ptt|soat|ft|agent|imt|oas)-[\\w.=-]{18,300}' },
  { kind: 'bitbucket-token', pattern: 'ATBB[A-Za-z0-9_-]{24,128}|BBDC-[A-Za-z0-9+/]{30,60}' },
  { kind: 'atlassian-token', pattern: 'AT(?:ATT|CTT)3[\\w=-]{40,300}' },
  { kind: 'gitea-token', pattern: 'gta_[A-Za-z0-9]{32,64}' },
  // Model providers.
  { kind: 'anthropic-key', pattern: 'sk-ant-[\\w-]{16,200}' },
  { kind: 'openrouter-key', pattern: 'sk-or-v\\d-[0-9a-f]{24,128}' },
  { kind: 'openai-key', pattern: 'sk-(?:proj|svcacct|admin|None)-[\\w-]{16,250}|sk-[A-Za-z0-9]{20,128}' },
  { kind: 'google-key', pattern: 'AIza[\\w-]{30,60}' },
  { kind: 'google-oauth', pattern: 'GOCSPX-[\\w-]{20,60}|ya29\\.[\\w.-]{20,1000}|1//0[\\w-]{30,200}' },
  { kind: 'huggingface-token', pattern: '(?:hf|api_org)_[A-Za-z0-9]{24,128}' },
  { kind: 'groq-key', pattern: 'gsk_[A-Za-z0-9]{30,128}' },
  { kind: 'xai-key', pattern: 'xai-[A-Za-z0-9]{30,128}' },
  { kind: 'perplexity-key', pattern: 'pplx-[A-Za-z0-9]{30,128}' },
  { kind: 'replicate-token', pattern: 'r8_[A-Za-z0-9]{30,64}' },
  { kind: 'fireworks-key', pattern: 'fw_[A-Za-z0-9]{20,64}' },
  { kind: 'nvidia-key', pattern: 'nvapi-[\\w-]{40,128}' },
  // Clouds and what runs in them.
  { kind: 'aws-access-key', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}' },
  { kind: 'aws-bedrock-key', pattern: 'ABSK[A-Za-z0-9+/=]{60,300}' },
  { kind: 'azure-secret', pattern: '[A-Za-z0-9_~.]{3}\\dQ~[\\w~.-]{31,34}' },
  { kind: 'digitalocean-token', pattern: 'do[opr]_v1_[0-9a-f]{40,64}' },
  { kind: 'alibaba-key', pattern: 'LTAI[A-Za-z0-9]{17,24}' },
  { kind: 'vault-token', pattern: 'hv[sbr]\\.[\\w-]{20,300}' },
  { kind: 'terraform-token', pattern: '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{50,80}' },
  { kind: 'databricks-token', pattern: 'dapi[0-9a-f]{32}(?:-\\d)?' },
  { kind: 'doppler-token', pattern: 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.]{40,64}' },
  { kind: 'pulumi-token', pattern: 'pul-[0-9a-f]{40}' },
  { kind: 'fly-token', pattern: 'fm[12]r?_[A-Za-z0-9+/=_,-]{40,1500}|fo1_[\\w-]{40,60}' },
  { kind: 'heroku-key', pattern: 'HRKU-[\\w-]{36,80}' },
  { kind: 'netlify-token', pattern: 'nf[pcou]_[A-Za-z0-9]{32,64}' },
  { kind: 'planetscale-token', pattern: 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{30,64}' },
  { kind: 'supabase-token', pattern: 'sb(?:p_[0-9a-f]{40}|_secret_[\\w-]{20,64})' },
  { kind: 'tailscale-key', pattern: 'tskey-[a-z]{3,12}-[\\w-]{16,80}' },
  { kind: 'onepassword-token', pattern: 'ops_eyJ[\\w+/=-]{60,2000}' },
  { kind: 'age-key', pattern: 'AGE-SECRET-KEY-1[0-9A-Z]{58}' },
  // Package registries.
  { kind: 'npm-token', pattern: 'npm_[A-Za-z0-9]{30,64}' },
  { kind: 'pypi-token', pattern: 'pypi-AgE[\\w-]{40,400}' },
  { kind: 'rubygems-key', pattern: 'rubygems_[0-9a-f]{40,64}' },
  { kind: 'crates-token', pattern: 'cio[A-Za-z0-9]{32}' },
  { kind: 'docker-token', pattern: 'dckr_(?:pat|oat)_[\\w-]{20,64}' },
  { kind: 'nuget-key', pattern: 'oy2[a-z0-9]{43}' },
  // Chat, mail, phones.
  { kind: 'slack-token', pattern: 'xox[abeoprs](?:\\.xox[bp])?-[\\w-]{10,300}|xapp-\\d-[\\w-]{20,200}' },
  { kind: 'slack-webhook', pattern: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/+-]{20,100}' },
  { kind: 'discord-webhook', pattern: 'discord(?:app)?\\.com/api/webhooks/\\d{10,22}/[\\w-]{40,100}' },
  { kind: 'discord-token', pattern: '[MNO][A-Za-z\\d_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,42}' },
  { kind: 'telegram-token', pattern: '\\d{8,10}:AA[\\w-]{32,34}' },
  { kind: 'teams-webhook', pattern: '[\\w-]{1,60}\\.webhook\\.office\\.com/webhookb2/[\\w@/-]{60,250}' },
  { kind: 'sendgrid-key', pattern: 'SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}' },
  { kind: 'mailgun-key', pattern: 'key-[0-9a-f]{32}' },
  { kind: 'mailchimp-key', pattern: '[0-9a-f]{32}-us\\d{1,2}' },
  { kind: 'brevo-key', pattern: 'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}' },
  { kind: 'twilio-key', pattern: 'SK[0-9a-f]{32}' },
  // Payment and shops.
  { kind: 'stripe-key', pattern: '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{24,64}' },
  { kind: 'square-token', pattern: 'sq0(?:atp|csp|idp)-[\\w-]{22,64}|EAAA[\\w-]{56,64}' },
  { kind: 'shopify-token', pattern: 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}' },
  { kind: 'paypal-token', pattern: 'access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}' },
  { kind: 'facebook-token', pattern: 'EAACEdEose0cBA[A-Za-z0-9]{20,300}' },
  // Tools of teams.
  { kind: 'linear-key', pattern: 'lin_(?:api|oauth)_[A-Za-z0-9]{32,64}' },
  { kind: 'notion-token', pattern: 'ntn_[A-Za-z0-9]{40,64}|secret_[A-Za-z0-9]{43}' },
  { kind: 'figma-token', pattern: 'fig[dou]_[\\w-]{36,64}' },
  { kind: 'postman-key', pattern: 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}' },
  { kind: 'grafana-token', pattern: 'gl(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_[A-Za-z0-9+/=]{32,400})' },
  { kind: 'newrelic-key', pattern: 'NR(?:AK|II|JS|RA)-[A-Za-z0-9]{19,40}' },
  { kind: 'sentry-token', pattern: 'sntry[su]_[A-Za-z0-9+/=_]{40,400}' },
  { kind: 'dynatrace-token', pattern: 'dt0[a-zA-Z]\\d{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}' },
  { kind: 'airtable-token', pattern: 'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}' },
  { kind: 'buildkite-token', pattern: 'bk(?:ua|aj|ct)_[0-9a-f]{40}' },
  { kind: 'circleci-token', pattern: 'CC(?:IPRJ|IPAT)_[A-Za-z0-9]{16,40}_[0-9a-f]{40}' },
  { kind: 'sonar-token', pattern: 'sq[pua]_[0-9a-f]{40}' },
  { kind: 'sourcegraph-token', pattern: 'sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}' },
  { kind: 'langsmith-key', pattern: 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}' },
  // Not of one service.
  { kind: 'jwt', pattern: 'eyJ[\\w-]{8,4000}\\.eyJ[\\w-]{4,8000}\\.[\\w-]{8,4000}|eyJ[\\w-]{16,4000}\\.[\\w-]{0,4000}\\.[\\w-]{8,400}\\.[\\w-]{8,16000}\\.[\\w-]{8,400}' },
]

/** Characters of which the patterns above are made; anything else ends a run. */
export const runCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~+/=:$@'

/** Shorter runs are never looked at. */
export const shortestRun = 16

/** Compiled at its first use: nothing of it is needed before there is text with a long run in it. */
let compiled: { readonly expression: RegExp; readonly kinds: readonly string[] } | undefined

export function getTokenExpression(): { readonly expression: RegExp; readonly kinds: readonly string[] } {
  compiled ??= {
    expression: new RegExp(`(?<![A-Za-z0-9])(?:${tokenRules.map((rule) => `(${rule.pattern})`).join('|')})(?![A-Za-z0-9])`, 'g'),
    kinds: tokenRules.map((rule) => rule.kind),
  }
  return compiled
}
