// How a run of the hub's bench is shown: the lines on stdout are the generated part of docs/performance.md.

import { table } from './page.mjs';

const whole = (value) => Math.round(value).toLocaleString('en');
const mb = (kilobytes) => `${whole(kilobytes / 1024)} MB`;

export function hubText(run) {
  const { clients, incidents, turns, each, node, cores, version } = run;
  const rows = [
    ['rows per second put in by a bare client, one per statement', whole(run.bare)],
    ['events acknowledged per second by the hub', whole(run.hub)],
    ['the hub, of bare inserts', `${run.share.toFixed(1)} %`],
    ['one call, p50', `${whole(run.p50_ms)} ms`],
    ['one call, p99', `${whole(run.p99_ms)} ms`],
    ['one client alone, p50 of a call', `${run.alone_ms.toFixed(1)} ms`],
    ['CPU of the hub per call', `${run.cpu.own.toFixed(1)} ms`],
    ['CPU of git, started by the hub, per call', `${run.cpu.started.toFixed(1)} ms`],
    ['memory of the hub (resident): started', mb(run.memory.idle)],
    ['memory of the hub: the most it held', mb(run.memory.peak)],
    ['connections of the hub to the database, at most', whole(run.connections)],
    ['bytes of one event as it is stored', whole(run.bytes)],
    ['bytes on disk per event, with indexes', whole(run.disk_bytes)],
    ['acknowledged events', whole(run.acknowledged)],
    ['of these lost, doubled, in a broken chain', `${run.lost}, ${run.doubled}, ${run.damaged}`],
  ];
  return [
    `${clients} clients with a token each, one call under way each, on ${incidents} incidents, one hub; ${turns} turns of ${whole(each * clients)} calls, in turn with as many rows. Rates are the best turn's.`,
    '',
    table(['', 'found'], rows),
    '',
    `Node.js ${node}, PostgreSQL ${version}, ${cores} cores for hub, database and clients together.`,
  ].join('\n');
}
