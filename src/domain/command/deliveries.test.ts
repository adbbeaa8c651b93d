import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placeWith } from '../../../test/policy/reading-place.ts'
import { createCommandReader } from '../../adapters/command-bash/command-reader.ts'
import { toEffect } from './to-effect.ts'

const reader = createCommandReader()
const place = placeWith({ mvnw: '#!/bin/sh\nexec mvn "$@"\n' })

async function look(command: string): Promise<{ readonly kinds: readonly string[]; readonly effect: string; readonly text: string }> {
  const reading = await reader.read(command, place)
  const kinds = reading.acts.flatMap((act) => act.kinds)
  return { kinds, effect: toEffect(reading, { network: ['api.example:443'] }), text: JSON.stringify(reading) }
}

const deploys = [
  'vercel', 'vercel --prod', 'vercel deploy --prebuilt', 'vercel --token x --prod', 'npx vercel --prod', 'npx --yes vercel@latest --prod', 'pnpm dlx vercel --prod', 'yarn dlx vercel', 'bunx vercel --prod', 'vercel promote x', 'vercel rollback', 'vercel build && vercel deploy --prebuilt', 'vercel deploy list',
  'netlify deploy --prod', 'netlify deploy --dir=dist', 'npx netlify-cli deploy --prod', 'ntl deploy', 'fly deploy', 'flyctl deploy --remote-only', 'fly launch', 'fly scale count 3', 'wrangler deploy', 'npx wrangler deploy', 'wrangler pages deploy dist', 'wrangler publish', 'wrangler secret put X',
  'gcloud run deploy api --image x', 'gcloud app deploy', 'gcloud functions deploy list', 'gcloud builds submit', 'kubectl apply -f k8s/', 'kubectl -n prod apply -k .', 'kubectl delete pod status', 'kubectl rollout restart deploy/api', 'kubectl set image deploy/api a=b', 'kubectl scale deploy/list --replicas=0', 'kustomize build . | kubectl apply -f -', 'oc apply -f x.yaml',
  'terraform apply', 'terraform apply -auto-approve', 'terraform -chdir=infra apply', 'terraform destroy', 'tofu apply', 'terragrunt run-all apply', 'pulumi up --yes', 'helm upgrade --install api ./chart', 'helm install status ./chart', 'helm uninstall api', 'helm rollback api 1', 'helmfile sync', 'helm push chart.tgz oci://r.example/x',
  'aws s3 sync dist s3://bucket', 'aws s3 cp a s3://b/', 'aws --profile ls s3 sync . s3://b', 'aws cloudformation deploy --template-file t.yaml', 'aws lambda update-function-code --function-name f', 'az webapp up', 'az deployment group create', 'gsutil rsync -r dist gs://b', 'firebase deploy', 'firebase deploy --only hosting', 'firebase hosting:channel:deploy x', 'npx firebase-tools deploy',
  'serverless deploy', 'sls deploy --stage prod', 'npx serverless deploy', 'sam deploy', 'cdk deploy', 'npx cdk deploy --all', 'cdk destroy', 'cdktf deploy', 'sst deploy', 'heroku container:release web', 'heroku releases:rollback', 'git push heroku main', 'git push heroku HEAD:main', 'git push https://git.heroku.com/app.git main', 'git push dokku main', 'git push piku', 'railway up', 'amplify publish', 'eb deploy',
  'ng deploy', 'gh-pages -d dist', 'npx gh-pages -d dist', 'surge', 'surge dist x.surge.sh', 'mkdocs gh-deploy', 'kamal deploy', 'cap production deploy', 'fab deploy', 'dep deploy production', 'eas submit', 'fastlane release', 'ansible-playbook site.yml', 'doctl apps create-deployment x', 'copilot svc deploy', 'deployctl deploy main.ts', 'pnpm vercel --prod', 'yarn wrangler deploy', 'yarn --silent vercel', 'gh workflow run deploy.yml', 'convex deploy', 'modal deploy app.py', 'ko apply -f x',
  'docker stack deploy -c x app', 'docker service update api', 'nomad job run x.nomad', 'argocd app sync api', 'flux reconcile kustomization x', 'skaffold run', 'waypoint up', 'bash -c "vercel --prod"', 'env CI=1 vercel --prod',
] as const

const publishes = [
  'npm publish', 'npm publish --access public', 'npm --workspace a publish', 'npm unpublish x', 'npm pub', 'npm pu', 'npm publis', 'npm unpub x', 'npm -w a pub', 'npm --silent publi', 'npm dep x no', 'node $(which npm) publish', 'node .yarn/releases/yarn-4.1.0.cjs npm publish', 'uvx twine upload x', 'pipx run twine upload x', 'corepack npm publish', 'nix run nixpkgs#twine -- upload x', 'pnpm publish', 'pnpm -r publish', 'pnpm --filter a publish', 'yarn publish', 'yarn npm publish', 'yarn workspaces foreach npm publish', 'bun publish', 'npx np', 'npx semantic-release', 'lerna publish', 'changeset publish', 'pnpm changeset publish', 'npx jsr publish', 'deno publish',
  'gh release create v1', 'gh release upload v1 a.tgz', 'glab release create v1', 'docker push x/y', 'docker image push x/y', 'docker compose push', 'docker buildx build --push .', 'docker buildx bake --push', 'podman push x', 'crane push a b', 'ko build ./cmd',
  'cargo publish', 'cargo +nightly publish', 'cargo release --execute', 'cargo workspaces publish', 'twine upload dist/*', 'python -m twine upload dist/x', 'python3 setup.py sdist upload', 'uv publish', 'poetry publish --build', 'poetry run twine upload dist/x', 'hatch publish', 'flit publish', 'pdm publish', 'maturin publish', 'gem push a.gem', 'bundle exec rake release', 'rake release', 'mvn deploy', 'mvn -B clean deploy -DskipTests', './mvnw deploy', 'mvn release:perform', 'gradle publish', './gradlew publishPlugins',
  'dotnet nuget push x.nupkg', 'nuget push x', 'mix hex.publish', 'rebar3 hex publish', 'dart pub publish', 'flutter pub publish --force', 'cabal upload x', 'luarocks upload x', 'pod trunk push', 'sbt publish', 'sbt +publishSigned', 'lein deploy clojars', 'conan upload x', 'vsce publish', 'ovsx publish', 'goreleaser release', 'snapcraft upload x', 'hf upload a b', 'opam publish', 'dub publish',
] as const

describe('what brings something to where people use it', () => {
  for (const command of deploys) {
    test(`deploy: ${command}`, async () => {
      const { kinds, effect, text } = await look(command)
      assert.ok(kinds.includes('deploy'), text)
      assert.equal(effect, 'irreversible')
    })
  }
  for (const command of publishes) {
    test(`publish: ${command}`, async () => {
      const { kinds, effect, text } = await look(command)
      assert.ok(kinds.includes('publish'), text)
      assert.equal(effect, 'irreversible')
    })
  }
})

test('looking and building do neither', async () => {
  const harmless = [
    'vercel --version', 'vercel --help', 'vercel build', 'vercel ls', 'netlify status', 'netlify build', 'fly status', 'fly logs', 'wrangler dev', 'wrangler --version', 'gcloud run services list', 'kubectl get pods', 'kubectl get deploy', 'kubectl describe deploy api', 'kubectl diff -f x', 'kubectl rollout status deploy/api', 'kubectl logs api', 'kubectl version', 'terraform plan', 'terraform validate', 'terraform fmt', 'terraform state list', 'terraform state show x',
    'helm template ./chart', 'helm lint ./chart', 'helm create x', 'helm package ./chart', 'aws s3 ls', 'aws ec2 describe-instances', 'firebase emulators:start', 'serverless package', 'sls print', 'cdk synth', 'cdk diff', 'heroku logs', 'gh release list', 'gh release view v1', 'gh pr list', 'docker build .', 'docker images', 'docker ps', 'cargo build', 'cargo package', 'cargo release --help', 'twine check dist/x', 'gem build x.gemspec', 'mvn package', 'mvn install', './mvnw verify', 'gradle build', 'gradle publishToMavenLocal',
    'dotnet build', 'dotnet pack', 'npm pack', 'pnpm build', 'yarn build', 'bun test', 'uv build', 'poetry build', 'rake test', 'sbt compile', 'sbt publishLocal', 'sbt publishM2', 'lein test', 'ng build', 'python3 setup.py sdist', 'goreleaser check', 'ansible-playbook --syntax-check site.yml', 'mkdocs build', 'yarn run publish-docs', 'npm run build',
  ]
  for (const command of harmless) {
    const { kinds, text } = await look(command)
    assert.ok(!kinds.includes('deploy') && !kinds.includes('publish'), `${command}: ${text}`)
  }
})
