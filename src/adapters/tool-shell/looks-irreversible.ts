/**
 * Commands that change things beyond this machine, as far as their words tell. Asked only where a network grant makes it
 * possible at all; the grant is the wall, this is the bell.
 */
const PUBLISHING: readonly RegExp[] = [
  /\bgit\b[^|;&\n]*\b(push|send-email|send-pack)\b/,
  /\b(npm|pnpm|yarn|bun|lerna|changeset)\b[^|;&\n]*\b(publish|unpublish|deprecate|dist-tag|owner|access)\b/,
  /\b(twine|flit|gem|cargo|poetry|uv|hatch|mvn|mvnw|gradle|gradlew|dotnet|helm|vsce|ovsx|jsr|deno)\b[^|;&\n]*\b(upload|push|publish|yank|deploy|owner)\b/,
  /\b(docker|podman|buildah|skopeo|oras|crane)\b[^|;&\n]*(\b(push|copy)\b|--push\b)/,
  /\b(gh|glab|hub)\b\s+(?!auth status)[^|;&\n]*\b(create|merge|close|edit|delete|comment|upload|release|review|run|workflow|api|sync|set|transfer|archive|reopen)\b/,
  /\b(kubectl|oc)\b[^|;&\n]*\b(apply|create|delete|patch|replace|scale|rollout|drain|cordon|exec|edit|label|annotate|set)\b/,
  /\b(terraform|tofu|terragrunt|pulumi|cdk|sls|serverless|ansible-playbook)\b[^|;&\n]*\b(apply|destroy|up|deploy|import|remove|taint)\b/,
  /\bansible(-playbook)?\b/,
  /\b(vercel|netlify|fly|flyctl|firebase|heroku|wrangler|surge|railway|render|eb|gcloud|aws|az|doctl|linode-cli|s3cmd|gsutil|rclone|azcopy)\b\s+\S/,
  /\bcurl\b[^|;&\n]*(\s(-X|--request)[= ]?["']?(?!GET\b|HEAD\b|OPTIONS\b)[A-Z]+|\s(-d|--data\S*|-F|--form\S*|-T|--upload-file|--json)\b)/i,
  /\bwget\b[^|;&\n]*--(post-data|post-file|body-data|body-file|method[= ](?!GET|HEAD))/i,
  /\bhttps?\b\s+(POST|PUT|PATCH|DELETE)\b/,
  /(^|[\s;&|(])(ssh|scp|sftp|rsync|ftp|lftp|nc|ncat|netcat|socat|telnet|sendmail|mail|mutt|swaks)\s+\S/,
  /\b(psql|mysql|mongosh?|redis-cli|sqlcmd|cqlsh)\b[^;\n]*\b(-h|--host|:\/\/)/,
]

export function looksIrreversible(command: string): boolean {
  const flat = command.replaceAll(/\\\n/g, ' ').replaceAll(/["'\\]/g, (char) => (char === '\\' ? '' : char))
  return PUBLISHING.some((pattern) => pattern.test(flat) || pattern.test(flat.replaceAll(/["']/g, '')))
}
