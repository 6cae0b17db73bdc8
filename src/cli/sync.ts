import * as z from 'zod/v4';
import { exitCodeOf } from '../core/errors.ts';
import { SERVICES } from '../core/outward/services.ts';
import { resumeFollowUps } from '../tools/support/followup-resume.ts';
import type { Result } from '../tools/support/followup-run.ts';
import type { Loaded } from '../tools/support/load.ts';
import { sendWaiting } from '../tools/support/mirror.ts';
import type { Delivered } from '../tools/support/send-once.ts';
import { faultWarnings, sendingWarnings } from '../tools/support/sending-words.ts';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; all of them when left out'),
});

interface Row {
  incident: string;
  service: string;
  what: string;
  state: Delivered['state'];
  url: string | null;
  retry_at: string | null;
}

function rowsOf({ incident }: Loaded, delivered: readonly Delivered[]): Row[] {
  return delivered.map(({ surface, key, state, place, retry_at }) => ({
    ...{ incident: incident.label, service: surface.service, what: key, state },
    ...{ url: place?.url ?? null, retry_at: state === 'waiting' ? retry_at : null },
  }));
}

/** Follow-up issues that were approved and are not made yet. */
function issueRows({ incident }: Loaded, results: readonly Result[]): Row[] {
  return results.map((one) => ({
    ...{ incident: incident.label, service: 'github', what: one.action, retry_at: null },
    state: one.state === 'created' || one.state === 'found' ? 'sent' : 'waiting',
    url: 'url' in one ? one.url : null,
  }));
}

const WHAT: Record<string, string> = { open: 'shown there', refresh: 'up to date' };

function rendered({ incident, service, what, state, url }: Row): string {
  const label = service in SERVICES ? SERVICES[service as keyof typeof SERVICES] : service;
  return `${incident}  ${label}: ${WHAT[what] ?? (what.includes('/') ? 'message' : what)}, ${state}${url === null ? '' : `  ${url}`}`;
}

/** What waits for a service that did not answer is sent now. */
export const sync: Command = {
  name: 'sync',
  aliases: [],
  summary: 'Send what waits for GitHub, Slack and other services, and bring them up to date.',
  details:
    'Only what was approved or what the settings show by themselves is sent, once each: what may have arrived is looked for first. A pause that a service asked for is kept. Exit code 7 when something still waits.',
  input,
  positionals: ['incident'],
  examples: ['sync', 'sync hotfix-001 --json'],
  async run(args, { app, out, deps: connect }) {
    const { incident: ref } = input.parse(args);
    const deps = await connect();
    const all = ref === undefined ? await app.loadAll(deps) : [await app.loadIncident(ref, deps)];
    const faults = (await deps.outward?.())?.faults ?? [];
    const rows: Row[] = [];
    const warnings: string[] = [...faultWarnings(faults)];
    for (const loaded of all) {
      const { uid } = loaded.incident;
      const delivered = await sendWaiting(uid, deps, { eager: true });
      rows.push(
        ...rowsOf(loaded, delivered),
        ...issueRows(loaded, await resumeFollowUps(uid, deps, { eager: true })),
      );
      warnings.push(...sendingWarnings(delivered).map((line) => `${loaded.incident.label}: ${line}`));
    }
    const isDone = faults.length === 0 && rows.every(({ state }) => state === 'sent' || state === 'already');
    if (out.json) out.value({ ok: isDone, sent: rows, warnings });
    else out.text(textOf(rows, deps.outward !== undefined));
    for (const warning of warnings) if (!out.json) out.notice(warning);
    return isDone ? EXIT.ok : exitCodeOf('upstream');
  },
};

function textOf(rows: readonly Row[], isConnected: boolean): string {
  if (!isConnected) return 'No service is named in hotfix-pulse.config.json: nothing is sent anywhere.';
  return rows.length === 0 ? 'Everything is up to date; nothing waits.' : rows.map(rendered).join('\n');
}
