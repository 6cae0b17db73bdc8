import type { Asked } from './github-contract.ts';
import type { Reply } from './github-faults.ts';

/** Where `emulate` 0.11.2 answers otherwise than GitHub does. Source: found by GitHub's description, route by route. */

type Fix = (reply: Reply, asked: Asked) => Reply;

const withBody = (fix: (body: Record<string, unknown>) => Record<string, unknown>): Fix => {
  return (reply) =>
    typeof reply.body === 'object' && reply.body !== null && !Array.isArray(reply.body)
      ? { ...reply, body: fix(reply.body as Record<string, unknown>) }
      : reply;
};

const DEVIATIONS: Readonly<Record<string, Fix>> = {
  'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees': (reply) =>
    reply.status === 200 ? { ...reply, status: 201 } : reply,
  'GET /repos/{owner}/{repo}': withBody((body) => ({ network_count: 0, subscribers_count: 0, ...body })),
  'GET /search/issues': withBody((body) => ({
    search_type: 'lexical',
    ...body,
    items: (Array.isArray(body.items) ? body.items : []).map((item) => ({ score: 1, ...item })),
  })),
};

export function asGitHubSays(asked: Asked, route: string | null, reply: Reply): Reply {
  const fix = route === null ? undefined : DEVIATIONS[route];
  return fix === undefined || reply.status >= 400 ? reply : fix(reply, asked);
}
