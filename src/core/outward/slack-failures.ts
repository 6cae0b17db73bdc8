import type { Refusal } from './sending.ts';

/** Slack's own names of errors in our terms. Nothing of what it says goes further than this table. */

const REFUSED: Readonly<Record<Refusal, readonly string[]>> = {
  not_allowed: [
    ...['not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'no_permission'],
    ...[
      'missing_scope',
      'not_allowed_token_type',
      'access_denied',
      'org_login_required',
      'ekm_access_denied',
    ],
    ...['team_access_not_granted', 'restricted_action', 'restricted_action_read_only_channel'],
    ...['restricted_action_thread_only_channel', 'restricted_action_non_threadable_channel'],
    ...['cant_update_message', 'edit_window_closed'],
  ],
  not_found: ['channel_not_found', 'not_in_channel', 'user_not_found', 'team_not_found'],
  gone: ['is_archived', 'message_not_found', 'thread_not_found', 'cannot_reply_to_message'],
  invalid: ['msg_too_long', 'msg_blocks_too_long', 'invalid_blocks', 'no_text'],
  nothing_there: [],
};
const PAUSE: readonly string[] = ['ratelimited', 'rate_limited', 'message_limit_exceeded'];
/** Slack's own trouble: it may have been carried out. */
const OPEN: readonly string[] = [
  ...['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org'],
];

/** `invalid` for every name that is not in the table: the request is what differs from one that works. */
export function slackFailure(error: string): Refusal | 'limited' | 'unknown' {
  if (PAUSE.includes(error)) return 'limited';
  if (OPEN.includes(error)) return 'unknown';
  const known = (Object.keys(REFUSED) as Refusal[]).find((why) => REFUSED[why].includes(error));
  return known ?? 'invalid';
}
