import { dirname } from 'node:path';
import { exitCodeOf, PulseError } from '../core/errors.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Applied } from '../install/apply.ts';
import { diffOf } from '../install/diff.ts';
import { allowable, type HostId, type Launch } from '../install/host.ts';
import { hostOf } from '../install/hosts.ts';
import { changes, snippet } from '../install/installer.ts';
import { fullPath } from '../install/places.ts';
import type { Edit, Plan, Refusal } from '../install/plan-types.ts';
import type { Tool } from '../tools/tool.ts';
import { EXIT } from './command.ts';
import type { Output } from './output.ts';

/** Everything that the two commands say, in one place for both forms of output. */
export interface Report {
  plan: Plan;
  hosts: readonly HostId[];
  isDryRun: boolean;
  launch?: Launch;
  name?: string;
  tools: readonly Tool[];
}

const DONE: Record<Edit['action'], string> = {
  create: 'created',
  update: 'changed',
  remove: 'removed',
  unchanged: 'unchanged',
};
const pathOf = (edit: Edit): string => fullPath(edit.spot);

/** One line per configuration, and one per folder of texts. */
function grouped(edits: readonly Edit[]): string[] {
  const counts = new Map<string, number>();
  for (const edit of edits) {
    const isText = edit.kind === 'file' && edit.what !== 'entry' && edit.what !== 'workflow';
    const line = `${DONE[edit.kind === 'command' ? 'update' : edit.action]} ${isText ? dirname(pathOf(edit)) : pathOf(edit)}`;
    counts.set(line, (counts.get(line) ?? 0) + (isText ? 1 : 0));
  }
  return [...counts].map(([line, count]) =>
    count === 0 ? line : `${line} (${count} file${count === 1 ? '' : 's'})`,
  );
}

/** What may be pre-allowed, per agent; printed, never written. */
function suggestions(hosts: readonly HostId[], tools: readonly Tool[]) {
  const names = allowable(tools);
  return hosts.flatMap((id) => {
    const allowance = names.length === 0 ? null : hostOf(id).allow(names);
    return allowance === null ? [] : [{ agent: id, ...allowance }];
  });
}

/** Prints the report; the exit code says whether something was left alone. */
export function report({ plan, hosts, isDryRun, launch, name, tools }: Report, out: Output): number {
  const { refusals, edits, notices, scope } = plan;
  const suggested = launch ? suggestions(hosts, tools) : [];
  const shown = launch && hosts.includes('generic') ? snippet(launch) : null;
  if (out.json) {
    out.value({
      ...{ scope, agents: hosts, dry_run: isDryRun },
      ...(launch ? { launch, name } : {}),
      edits: edits.map((edit) => ({
        path: pathOf(edit),
        action: edit.action,
        agents: edit.hosts,
        ...(isDryRun && edit.action !== 'unchanged' ? { diff: diffOf(edit) } : {}),
      })),
      ...{ refusals, notices },
      ...(launch ? { suggestions: suggested, snippet: shown } : {}),
    });
    return codeOf(refusals);
  }
  const lines = isDryRun ? changes(edits).flatMap(diffOf) : grouped(changes(edits));
  out.text(
    cleanText(lines.length > 0 ? lines.join('\n') : 'Everything is as it should be; nothing to change.'),
  );
  if (shown !== null) out.text(`\nFor any other agent, the server entry:\n${shown}`);
  for (const notice of notices) out.notice(notice);
  if (suggested.length > 0) {
    out.notice(
      'These tools only read, and may be allowed once and for all; leave all others to be asked for:',
    );
    for (const { agent, where, text } of suggested) out.notice(`${hostOf(agent).label}, ${where}:\n${text}`);
  }
  for (const { path, message, hint } of refusals) out.warning(`${path} ${message}. ${hint}`);
  return codeOf(refusals);
}

const codeOf = (refusals: readonly Refusal[]): number =>
  refusals.length === 0 ? EXIT.ok : exitCodeOf('conflict');

const WHY: Record<NonNullable<Applied['failed']>['why'], string> = {
  link: 'a symbolic link is in the way',
  outside: 'its place is outside of its folder',
  not_a_file: 'something that is no file is in its place',
  too_large: 'it is too large',
  not_text: 'it is not UTF-8 text',
  read_only: 'it is read-only',
  unreadable: 'it cannot be read',
  changed: 'somebody else changed it in this moment',
  not_writable: 'its folder cannot be written',
  command_failed: "the agent's own command did not do it",
};

/** @throws PulseError conflict when the plan could not be applied; then all files are as before */
export function needDone({ failed }: Applied): void {
  if (!failed) return;
  throw new PulseError(
    'conflict',
    `Nothing was changed: one step failed, since ${WHY[failed.why]}.`,
    'See details for the file; mend it or leave that agent out with --agent, then repeat the command.',
    { path: pathOf(failed.edit), why: failed.why },
  );
}
