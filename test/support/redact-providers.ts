import { createHash } from 'node:crypto';

/**
 * A credential form as its vendor documents it: prefix, alphabet, length. `{an:36}` stands for 36 characters of an
 * alphabet below; nothing in this file is a credential, and what is made from it is random.
 */
export interface ProviderForm {
  id: string;
  /** As people call the vendor. */
  label: string;
  /** The variable that the vendor's own documentation uses. */
  env: string;
  /** What the vendor calls the credential. */
  noun: string;
  form: string;
}

const ALPHABETS: Readonly<Record<string, string>> = {
  d: '0123456789',
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  low: 'abcdefghijklmnopqrstuvwxyz0123456789',
  UP: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  b32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  UPU: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
  L: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  an: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
};

/** `id | label | variable | noun | form`, one vendor's credential per line. */
const TABLE = `
github-pat | GitHub | GITHUB_TOKEN | personal access token | ghp_{an:36}
github-fine | GitHub | GH_TOKEN | access token | github_pat_{an:22}_{an:59}
github-app | GitHub | GITHUB_APP_TOKEN | installation token | ghs_{an:36}
gitlab-pat | GitLab | GITLAB_TOKEN | personal access token | glpat-{url:20}
gitlab-deploy | GitLab | CI_DEPLOY_PASSWORD | deploy token | gldt-{url:20}
bitbucket-app | Bitbucket | BITBUCKET_APP_PASSWORD | app password | ATBB{an:32}
aws-access | AWS | AWS_ACCESS_KEY_ID | access key | AKIA{b32:16}
aws-secret | AWS | AWS_SECRET_ACCESS_KEY | secret access key | {b64:40}
aws-session | AWS | AWS_SESSION_TOKEN | session token | IQoJb3JpZ2luX2Vj{b64:260}
gcp-api | Google Cloud | GOOGLE_API_KEY | API key | AIza{url:35}
gcp-oauth | Google | GOOGLE_CLIENT_SECRET | client secret | GOCSPX-{url:28}
gcp-access | Google | GOOGLE_ACCESS_TOKEN | access token | ya29.{url:120}
azure-storage | Azure | AZURE_STORAGE_KEY | account key | {b64:86}==
azure-client | Azure | AZURE_CLIENT_SECRET | client secret | {an:3}8Q~{url:34}
azure-devops | Azure DevOps | AZURE_DEVOPS_PAT | access token | {low:52}
azure-openai | Azure OpenAI | AZURE_OPENAI_API_KEY | API key | {hex:32}
digitalocean | DigitalOcean | DIGITALOCEAN_TOKEN | token | dop_v1_{hex:64}
linode | Linode | LINODE_TOKEN | token | {hex:64}
vultr | Vultr | VULTR_API_KEY | API key | {UP:36}
hetzner | Hetzner | HCLOUD_TOKEN | API token | {an:64}
scaleway | Scaleway | SCW_SECRET_KEY | secret key | {hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}
cloudflare | Cloudflare | CLOUDFLARE_API_TOKEN | API token | {url:40}
cloudflare-global | Cloudflare | CLOUDFLARE_API_KEY | API key | {hex:37}
cloudflare-ca | Cloudflare | CLOUDFLARE_ORIGIN_CA_KEY | origin CA key | v1.0-{hex:24}-{hex:146}
fastly | Fastly | FASTLY_API_TOKEN | API token | {url:32}
heroku | Heroku | HEROKU_API_KEY | API key | HRKU-{url:60}
netlify | Netlify | NETLIFY_AUTH_TOKEN | access token | nfp_{an:36}
vercel | Vercel | VERCEL_TOKEN | token | {an:24}
fly | Fly.io | FLY_API_TOKEN | API token | FlyV1 fm2_{b64:120}
render | Render | RENDER_API_KEY | API key | rnd_{an:28}
railway | Railway | RAILWAY_TOKEN | token | {hex:8}-{hex:4}-4{hex:3}-b{hex:3}-{hex:12}
slack-bot | Slack | SLACK_BOT_TOKEN | bot token | xoxb-{d:12}-{d:13}-{an:24}
slack-app | Slack | SLACK_APP_TOKEN | app token | xapp-1-A{UP:10}-{d:13}-{hex:64}
slack-hook | Slack | SLACK_WEBHOOK_URL | webhook | https://hooks.slack.com/services/T{UP:10}/B{UP:10}/{an:24}
discord-bot | Discord | DISCORD_TOKEN | bot token | M{an:23}.{an:6}.{url:38}
telegram | Telegram | TELEGRAM_BOT_TOKEN | bot token | {d:10}:AA{url:33}
twilio-key | Twilio | TWILIO_API_KEY | API key | SK{hex:32}
twilio-auth | Twilio | TWILIO_AUTH_TOKEN | auth token | {hex:32}
sendgrid | SendGrid | SENDGRID_API_KEY | API key | SG.{url:22}.{url:43}
mailgun | Mailgun | MAILGUN_API_KEY | API key | key-{hex:32}
mailchimp | Mailchimp | MAILCHIMP_API_KEY | API key | {hex:32}-us12
postmark | Postmark | POSTMARK_SERVER_TOKEN | server token | {hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}
brevo | Brevo | BREVO_API_KEY | API key | xkeysib-{hex:64}-{an:16}
resend | Resend | RESEND_API_KEY | API key | re_{an:8}_{an:24}
stripe | Stripe | STRIPE_SECRET_KEY | secret key | sk_live_{an:99}
stripe-restricted | Stripe | STRIPE_API_KEY | restricted key | rk_live_{an:24}
stripe-webhook | Stripe | STRIPE_WEBHOOK_SECRET | signing secret | whsec_{an:32}
paypal | PayPal | PAYPAL_CLIENT_SECRET | client secret | E{url:79}
square | Square | SQUARE_ACCESS_TOKEN | access token | EAAA{url:60}
braintree | Braintree | BRAINTREE_ACCESS_TOKEN | access token | access_token$production\${low:16}\${hex:32}
adyen | Adyen | ADYEN_API_KEY | API key | AQE{b64:180}
plaid | Plaid | PLAID_SECRET | secret | {hex:30}
razorpay | Razorpay | RAZORPAY_KEY_SECRET | key secret | {an:24}
shopify | Shopify | SHOPIFY_ACCESS_TOKEN | access token | shpat_{hex:32}
coinbase | Coinbase | COINBASE_API_SECRET | API secret | {an:32}
openai | OpenAI | OPENAI_API_KEY | API key | sk-proj-{url:156}
openai-old | OpenAI | OPENAI_KEY | API key | sk-{an:48}
anthropic | Anthropic | ANTHROPIC_API_KEY | API key | sk-ant-api03-{url:93}AA
mistral | Mistral | MISTRAL_API_KEY | API key | {an:32}
cohere | Cohere | COHERE_API_KEY | API key | {an:40}
groq | Groq | GROQ_API_KEY | API key | gsk_{an:52}
huggingface | Hugging Face | HF_TOKEN | access token | hf_{L:34}
replicate | Replicate | REPLICATE_API_TOKEN | API token | r8_{an:37}
together | Together | TOGETHER_API_KEY | API key | {hex:64}
deepseek | DeepSeek | DEEPSEEK_API_KEY | API key | sk-{hex:32}
pinecone | Pinecone | PINECONE_API_KEY | API key | pcsk_{an:6}_{an:63}
elevenlabs | ElevenLabs | ELEVENLABS_API_KEY | API key | sk_{hex:48}
langsmith | LangSmith | LANGSMITH_API_KEY | API key | lsv2_pt_{hex:32}_{hex:10}
datadog-api | Datadog | DD_API_KEY | API key | {hex:32}
datadog-app | Datadog | DD_APP_KEY | application key | {hex:40}
newrelic-user | New Relic | NEW_RELIC_API_KEY | user key | NRAK-{UP:27}
newrelic-license | New Relic | NEW_RELIC_LICENSE_KEY | license key | {hex:36}NRAL
grafana | Grafana | GRAFANA_TOKEN | service account token | glsa_{an:32}_{hex:8}
grafana-cloud | Grafana Cloud | GRAFANA_CLOUD_TOKEN | access token | glc_{b64:100}
sentry | Sentry | SENTRY_AUTH_TOKEN | auth token | sntrys_{b64:140}
honeycomb | Honeycomb | HONEYCOMB_API_KEY | API key | {an:22}
dynatrace | Dynatrace | DYNATRACE_TOKEN | API token | dt0c01.{b32:24}.{b32:64}
pagerduty | PagerDuty | PAGERDUTY_TOKEN | API token | u+{url:18}
opsgenie | Opsgenie | OPSGENIE_API_KEY | API key | {hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}
rollbar | Rollbar | ROLLBAR_ACCESS_TOKEN | access token | {hex:32}
bugsnag | Bugsnag | BUGSNAG_API_KEY | API key | {hex:32}
loggly | Loggly | LOGGLY_TOKEN | customer token | {hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}
splunk-hec | Splunk | SPLUNK_HEC_TOKEN | HEC token | {hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}
statuspage | Statuspage | STATUSPAGE_API_KEY | API key | {hex:8}-{hex:4}-4{hex:3}-b{hex:3}-{hex:12}
npm | npm | NPM_TOKEN | access token | npm_{an:36}
pypi | PyPI | PYPI_TOKEN | API token | pypi-AgEIcHlwaS5vcmc{url:150}
rubygems | RubyGems | GEM_HOST_API_KEY | API key | rubygems_{hex:48}
cargo | crates.io | CARGO_REGISTRY_TOKEN | registry token | cio{an:32}
nuget | NuGet | NUGET_API_KEY | API key | oy2{low:43}
docker | Docker Hub | DOCKER_TOKEN | access token | dckr_pat_{url:27}
artifactory | Artifactory | ARTIFACTORY_API_KEY | API key | AKCp{an:69}
vault | Vault | VAULT_TOKEN | token | hvs.{url:95}
terraform | Terraform Cloud | TFE_TOKEN | API token | {an:14}.atlasv1.{url:67}
pulumi | Pulumi | PULUMI_ACCESS_TOKEN | access token | pul-{hex:40}
doppler | Doppler | DOPPLER_TOKEN | service token | dp.st.prd.{an:43}
onepassword | 1Password | OP_SERVICE_ACCOUNT_TOKEN | service account token | ops_eyJ{b64:250}
circleci | CircleCI | CIRCLECI_TOKEN | personal token | CCIPAT_{an:22}_{hex:40}
travis | Travis CI | TRAVIS_TOKEN | API token | {an:22}
buildkite | Buildkite | BUILDKITE_API_TOKEN | API token | bkua_{hex:40}
sonarqube | SonarQube | SONAR_TOKEN | token | squ_{hex:40}
snyk | Snyk | SNYK_TOKEN | API token | {hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}
codecov | Codecov | CODECOV_TOKEN | upload token | {hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}
databricks | Databricks | DATABRICKS_TOKEN | access token | dapi{hex:32}
snowflake | Snowflake | SNOWFLAKE_PASSWORD | password | {an:20}
planetscale | PlanetScale | PLANETSCALE_SERVICE_TOKEN | service token | pscale_tkn_{url:43}
neon | Neon | NEON_API_KEY | API key | napi_{low:64}
supabase | Supabase | SUPABASE_ACCESS_TOKEN | access token | sbp_{hex:40}
mongodb-atlas | MongoDB Atlas | ATLAS_CLIENT_SECRET | client secret | mdb_sa_sk_{url:40}
redis-cloud | Redis Cloud | REDIS_PASSWORD | password | {an:32}
elastic | Elastic | ELASTIC_API_KEY | API key | {b64:58}==
algolia | Algolia | ALGOLIA_ADMIN_KEY | admin API key | {hex:32}
contentful | Contentful | CONTENTFUL_TOKEN | management token | CFPAT-{url:43}
airtable | Airtable | AIRTABLE_TOKEN | personal access token | pat{an:14}.{hex:64}
notion | Notion | NOTION_TOKEN | integration token | ntn_{an:46}
linear | Linear | LINEAR_API_KEY | API key | lin_api_{an:40}
asana | Asana | ASANA_TOKEN | personal access token | 2/{d:16}/{d:16}:{hex:32}
jira | Jira | JIRA_API_TOKEN | API token | ATATT3xFfGF0{url:170}={HEX:8}
clickup | ClickUp | CLICKUP_TOKEN | API token | pk_{d:8}_{UP:32}
trello | Trello | TRELLO_TOKEN | token | ATTA{hex:72}
figma | Figma | FIGMA_TOKEN | access token | figd_{url:40}
postman | Postman | POSTMAN_API_KEY | API key | PMAK-{hex:24}-{hex:34}
launchdarkly | LaunchDarkly | LAUNCHDARKLY_SDK_KEY | SDK key | sdk-{hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}
okta | Okta | OKTA_API_TOKEN | API token | 00{url:40}
auth0 | Auth0 | AUTH0_CLIENT_SECRET | client secret | {url:64}
hubspot | HubSpot | HUBSPOT_TOKEN | private app token | pat-na1-{hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}
zendesk | Zendesk | ZENDESK_API_TOKEN | API token | {an:40}
intercom | Intercom | INTERCOM_TOKEN | access token | dG9rO{b64:54}=
mapbox | Mapbox | MAPBOX_TOKEN | secret token | sk.eyJ1Ijoi{url:60}.{url:22}
tailscale | Tailscale | TAILSCALE_AUTHKEY | auth key | tskey-auth-k{an:16}-{an:32}
facebook | Facebook | FACEBOOK_ACCESS_TOKEN | access token | EAA{an:180}
twitter | X | TWITTER_BEARER_TOKEN | bearer token | AAAAAAAAAAAAAAAAAAAAA{an:70}%3D{an:40}
cloudinary | Cloudinary | CLOUDINARY_API_SECRET | API secret | {url:27}
perplexity | Perplexity | PERPLEXITY_API_KEY | API key | pplx-{an:48}
xai | xAI | XAI_API_KEY | API key | xai-{an:80}
`;

export const PROVIDERS: readonly ProviderForm[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [id = '', label = '', env = '', noun = '', form = ''] = line.split(' | ');
    return { id, label, env, noun, form };
  });

/** One in three, by a hash of the name: nobody chose them, and no rule was written while looking at them. */
export function isKeptOut({ id }: { id: string }): boolean {
  return (createHash('sha256').update(`kept-out/${id}`).digest()[0] ?? 0) % 3 === 0;
}

/** A repeatable stream of numbers below `limit`. */
export type Draw = (limit: number) => number;

/** The same numbers for the same seed, whatever is drawn. */
export function drawer(seed: string): Draw {
  let block = Buffer.alloc(0);
  let at = 0;
  let round = 0;
  return (limit) => {
    if (at + 4 > block.length) {
      block = createHash('sha512').update(`${seed}/${round++}`).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32BE(at - 4) % limit;
  };
}

/** A random credential of a form. */
export function tokenOf(form: string, draw: Draw): string {
  return form.replace(/\{(\w+):(\d+)\}/g, (_, name: string, length: string) => {
    const alphabet = ALPHABETS[name] ?? '';
    return Array.from({ length: Number(length) }, () => alphabet[draw(alphabet.length)]).join('');
  });
}
