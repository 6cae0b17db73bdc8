import type { Team } from '../ports-team.ts';
import { createAccess } from './auth/access.ts';
import { answer } from './body.ts';
import type { HubDoor } from './door.ts';
import type { HubMetrics, MetricSources } from './metrics.ts';
import { inTime } from './readiness.ts';

/** `/metrics`, for whoever holds a token, since each may read: what a team is busy with is not for everybody. */
export function createMetricsDoor(
  metrics: HubMetrics,
  sources: MetricSources,
  parts: { team: Team; now(): number },
): HubDoor {
  const access = createAccess(parts);
  return {
    ...{ name: 'metrics', paths: ['/metrics'], methods: ['GET', 'HEAD'], refuses: 'itself' },
    async handle(req, res, { address }) {
      // Where tokens lie in a database that is away, nobody can be told from anybody.
      const admission = await inTime(access.admit(req, address));
      if (admission === null) return answer(res, 503, { connection: 'close' });
      if ('refusal' in admission) {
        const { status, headers } = admission.refusal;
        return answer(res, status, { ...headers, connection: 'close' });
      }
      const text = await metrics.text(sources);
      res.writeHead(200, { 'content-type': metrics.contentType, 'content-length': Buffer.byteLength(text) });
      res.end(text);
    },
  };
}
