import * as z from 'zod/v4';
import { isEnvironment } from '../core/outward/github-facts.ts';

/** What GitHub sends, as far as it is ours. Source: payloads of @octokit/webhooks-examples. */

const Repository = z.object({ full_name: z.string() });
const Numbered = z.object({
  action: z.string(),
  repository: Repository,
  pull_request: z.object({ number: z.int().min(1) }),
});
const Status = z.object({
  repository: Repository,
  deployment_status: z.object({
    id: z.int(),
    state: z.string(),
    environment: z.string().nullish(),
    created_at: z.string(),
  }),
  deployment: z.object({
    sha: z.string().regex(/^[0-9a-f]{40,64}$/),
    environment: z.string(),
  }),
});

/** `other`: nothing for us, which is no failure. */
export type Delivered =
  | { what: 'garbled' }
  | { what: 'other' }
  | { what: 'pull'; repository: string; number: number }
  | { what: 'deployed'; repository: string; id: number; commit: string; at: string };

const REVIEW_ACTIONS: readonly string[] = ['submitted', 'edited', 'dismissed'];

/** @param event X-GitHub-Event */
export function readDelivery(event: string, body: string): Delivered {
  const payload = jsonOf(body);
  if (typeof payload !== 'object' || payload === null) return { what: 'garbled' };
  if (event === 'pull_request_review' || event === 'pull_request') {
    const parsed = Numbered.safeParse(payload);
    if (!parsed.success) return { what: 'garbled' };
    const { action, repository, pull_request } = parsed.data;
    const isOurs = event === 'pull_request' ? action === 'closed' : REVIEW_ACTIONS.includes(action);
    if (!isOurs) return { what: 'other' };
    return { what: 'pull', repository: repository.full_name, number: pull_request.number };
  }
  if (event !== 'deployment_status') return { what: 'other' };
  const parsed = Status.safeParse(payload);
  if (!parsed.success) return { what: 'garbled' };
  const { repository, deployment_status: status, deployment } = parsed.data;
  const environment = status.environment || deployment.environment;
  const ms = Date.parse(status.created_at);
  if (status.state !== 'success' || !isEnvironment(environment, 'production')) return { what: 'other' };
  if (Number.isNaN(ms)) return { what: 'garbled' };
  return {
    ...{ what: 'deployed', repository: repository.full_name, id: status.id, commit: deployment.sha },
    at: new Date(ms).toISOString(),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
