/**
 * Credential forms from the vendors' own documentation of prefix, alphabet and length. A pattern matches the shortest
 * valid form and has no open end; the whole run of token characters is taken.
 */
export interface Form {
  id: string;
  pattern: RegExp;
  /** Characters of the run besides letters, digits, `_` and `-`. */
  extra?: string;
  /** For forms that ordinary words share. */
  check?: (value: string) => boolean;
}

/** A form without a prefix, in a text that holds `hint`. */
export interface HintForm extends Form {
  hint: string;
}

/** A form without a prefix, inside a run of token characters of at least this length. */
export interface RunForm extends Form {
  shortest: number;
}

export const hasDigitAndLetter = (value: string): boolean => /[0-9]/.test(value) && /[A-Za-z]/.test(value);
export const isMixed = (value: string): boolean => hasDigitAndLetter(value) && /[A-Z]/.test(value);

export const HINT_FORMS: readonly HintForm[] = [
  {
    id: 'slack-webhook',
    hint: 'hooks.slack.com',
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_/-]{20}/g,
    extra: '/',
    check: (value) => /[A-Za-z0-9]{16}/.test(value),
  },
  {
    id: 'discord-webhook',
    hint: '/api/webhooks/',
    pattern: /discord(?:app)?\.com\/api\/webhooks\/[0-9]{17,20}\/[\w-]{40}/g,
  },
  {
    id: 'teams-webhook',
    hint: 'webhook.office.com',
    pattern: /webhook\.office\.com\/webhookb2\/[\w@-]{36}/g,
    extra: '/@',
  },
  {
    id: 'telegram-bot',
    hint: ':AA',
    pattern: /(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{32}|bot[0-9]{8,10}:AA[A-Za-z0-9_-]{32}/g,
  },
  {
    id: 'azure-account-key',
    hint: 'Key=',
    pattern: /(?<=(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{40}/gi,
    extra: '+/=',
  },
  {
    id: 'azure-client-secret',
    hint: 'Q~',
    pattern: /[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31}/g,
    extra: '~.',
  },
];

export const RUN_FORMS: readonly RunForm[] = [
  { id: 'mailchimp-key', shortest: 36, pattern: /[0-9a-f]{32}-us[0-9]{1,2}/g },
  {
    id: 'discord-token',
    shortest: 57,
    pattern: /[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}/g,
  },
  { id: 'terraform-token', shortest: 80, pattern: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60}/g },
  { id: 'newrelic-key', shortest: 40, pattern: /[0-9a-f]{36}NRAL/g },
];
