import { eachMatch, type Finder, type Hit, isTokenStart, runEnd } from './redact-hit.ts';

/**
 * One row per credential form, from the vendors' own documentation of prefix, alphabet and length.
 * A pattern matches the shortest valid form and has no open end; the whole run of token characters is taken.
 */
interface Provider {
  id: string;
  pattern: RegExp;
  /** Characters of the run besides letters, digits, `_` and `-`. */
  extra?: string;
  /** The prefix is so rare that it counts in the middle of a word too. */
  anywhere?: true;
  /** For prefixes that ordinary words share. */
  check?: (value: string) => boolean;
}

const hasDigitAndLetter = (value: string): boolean => /[0-9]/.test(value) && /[A-Za-z]/.test(value);
const isMixed = (value: string): boolean => hasDigitAndLetter(value) && /[A-Z]/.test(value);

const PROVIDERS: readonly Provider[] = [
  { id: 'github-pat', anywhere: true, pattern: /ghp_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{36}/g },
  { id: 'github-token', anywhere: true, pattern: /gh[osur]_[A-Za-z0-9]{36}/g },
  {
    id: 'gitlab-token',
    anywhere: true,
    pattern: /gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas|imt|ffct)-[A-Za-z0-9_-]{20}/g,
    extra: '.',
  },
  { id: 'aws-access-key', pattern: /(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}/g },
  {
    id: 'slack-token',
    anywhere: true,
    pattern: /xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10}|xapp-[0-9]-[A-Z0-9]{6}/g,
    check: hasDigitAndLetter,
  },
  {
    id: 'slack-webhook',
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_/-]{20}/g,
    extra: '/',
    check: (value) => /[A-Za-z0-9]{16}/.test(value),
  },
  { id: 'discord-webhook', pattern: /discord(?:app)?\.com\/api\/webhooks\/[0-9]{17,20}\/[\w-]{40}/g },
  { id: 'teams-webhook', pattern: /webhook\.office\.com\/webhookb2\/[\w@-]{36}/g, extra: '/@' },
  {
    id: 'stripe-key',
    anywhere: true,
    pattern: /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16}|whsec_[A-Za-z0-9+/]{24}/g,
    extra: '+/=',
  },
  { id: 'anthropic-key', anywhere: true, pattern: /sk-ant-[A-Za-z0-9_-]{20}/g, check: hasDigitAndLetter },
  { id: 'openrouter-key', pattern: /sk-or-v1-[0-9a-f]{32}/g },
  {
    id: 'openai-key',
    pattern: /sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20}|sk-[A-Za-z0-9]{20}/g,
    check: isMixed,
  },
  { id: 'api-key', pattern: /sk-[a-z0-9]{32}/g, check: hasDigitAndLetter },
  { id: 'google-api-key', pattern: /AIza[A-Za-z0-9_-]{35}/g },
  { id: 'google-oauth', pattern: /GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20}/g, extra: '.' },
  { id: 'npm-token', anywhere: true, pattern: /npm_[A-Za-z0-9]{36}/g },
  { id: 'pypi-token', pattern: /pypi-[A-Za-z0-9_-]{50}/g },
  { id: 'rubygems-key', pattern: /rubygems_[0-9a-f]{48}/g },
  { id: 'docker-token', pattern: /dckr_(?:pat|oat)_[A-Za-z0-9_-]{27}/g },
  { id: 'sendgrid-key', pattern: /SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39}/g },
  { id: 'twilio-key', pattern: /SK[0-9a-f]{32}/g },
  { id: 'mailgun-key', pattern: /key-[0-9a-f]{32}/g },
  { id: 'mailchimp-key', pattern: /[0-9a-f]{32}-us[0-9]{1,2}/g },
  { id: 'brevo-key', pattern: /xkeysib-[0-9a-f]{64}-/g },
  {
    id: 'telegram-bot',
    pattern: /(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{32}|bot[0-9]{8,10}:AA[A-Za-z0-9_-]{32}/g,
  },
  { id: 'discord-token', pattern: /[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}/g },
  { id: 'digitalocean-token', anywhere: true, pattern: /do[opr]_v1_[0-9a-f]{64}/g },
  { id: 'huggingface-token', pattern: /(?:hf|api_org)_[A-Za-z]{34}/g },
  { id: 'azure-account-key', pattern: /(?<=(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{40}/gi, extra: '+/=' },
  { id: 'azure-client-secret', pattern: /[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31}/g, extra: '~.' },
  { id: 'shopify-token', pattern: /shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}/g },
  { id: 'square-token', pattern: /sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22}|EAAA[A-Za-z0-9_-]{60}/g },
  { id: 'databricks-token', pattern: /dapi[0-9a-f]{32}/g },
  { id: 'newrelic-key', pattern: /NR(?:AK|AL|II|JS|BR)-[A-Za-z0-9]{19}/g },
  { id: 'grafana-token', pattern: /gl(?:sa|c)_[A-Za-z0-9+/]{32}/g, extra: '+/=' },
  { id: 'sentry-token', pattern: /sntry[su]_[A-Za-z0-9+/=]{40}/g, extra: '+/=' },
  { id: 'vault-token', pattern: /hv[sbr]\.[A-Za-z0-9_-]{24}/g },
  { id: 'terraform-token', pattern: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60}/g },
  { id: 'linear-key', pattern: /lin_(?:api|oauth)_[A-Za-z0-9]{32}/g },
  { id: 'notion-token', pattern: /(?:secret_|ntn_)[A-Za-z0-9]{40}/g },
  { id: 'figma-token', pattern: /fig[duo][a-z]?_[A-Za-z0-9_-]{36}/g, check: hasDigitAndLetter },
  { id: 'atlassian-token', pattern: /AT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{28}/g, extra: '=', check: isMixed },
  { id: 'clickup-token', pattern: /pk_[0-9]{5,10}_[A-Z0-9]{32}/g },
  { id: 'airtable-token', pattern: /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/g },
  { id: 'doppler-token', pattern: /dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40}/g, extra: '.' },
  { id: 'planetscale-token', pattern: /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{32}/g, extra: '=.' },
  { id: 'postman-key', pattern: /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g },
  { id: 'pulumi-token', pattern: /pul-[0-9a-f]{40}/g },
  { id: 'tailscale-key', pattern: /tskey-[a-z]{2,10}-[A-Za-z0-9]{10}/g },
  { id: 'supabase-key', pattern: /sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{22}/g },
  { id: 'netlify-token', pattern: /nf[pcoub]_[A-Za-z0-9]{36}/g },
  { id: 'heroku-key', pattern: /HRKU-[A-Za-z0-9_-]{36}/g },
  { id: 'buildkite-token', pattern: /bk(?:ua|at|aj)_[0-9a-f]{40}/g },
  { id: 'circleci-token', pattern: /CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}/g },
  {
    id: 'launchdarkly-key',
    pattern: /(?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  },
  { id: 'dynatrace-token', pattern: /dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{60}/g },
  { id: 'groq-key', pattern: /gsk_[A-Za-z0-9]{48}/g },
  { id: 'xai-key', pattern: /xai-[A-Za-z0-9]{60}/g },
  { id: 'perplexity-key', pattern: /pplx-[A-Za-z0-9]{40}/g },
  { id: 'replicate-token', pattern: /r8_[A-Za-z0-9]{36}/g },
  { id: 'resend-key', pattern: /re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20}/g },
  { id: 'razorpay-key', pattern: /rzp_(?:live|test)_[A-Za-z0-9]{14}/g },
  { id: 'contentful-token', pattern: /CFPAT-[A-Za-z0-9_-]{43}/g },
  { id: 'alibaba-key', pattern: /LTAI[A-Za-z0-9]{16}/g },
  { id: 'artifactory-key', pattern: /AKCp[A-Za-z0-9]{60}/g },
  { id: 'onepassword-token', pattern: /ops_eyJ[A-Za-z0-9+/]{40}/g, extra: '+/=' },
  { id: 'mapbox-token', pattern: /sk\.eyJ[A-Za-z0-9_-]{20}/g, extra: '.' },
  { id: 'age-key', pattern: /AGE-SECRET-KEY-1[A-Z0-9]{50}/g },
];

/** Credentials that a provider marked with a prefix or a fixed shape. */
export const findProviderTokens: Finder = (text) => {
  const hits: Hit[] = [];
  for (const { id, pattern, extra = '', anywhere, check } of PROVIDERS) {
    eachMatch(text, pattern, (match) => {
      const { index } = match;
      if (!anywhere && !isTokenStart(text, index)) return index + 1;
      const end = runEnd(text, index + match[0].length, extra);
      if (check !== undefined && !check(text.slice(index, index + 512))) return end;
      hits.push({ type: id, start: index, end });
      return end;
    });
  }
  return hits;
};
