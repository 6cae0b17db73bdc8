import type { DoctorCheck } from '../core/doctor.ts';
import type { PulseError } from '../core/errors.ts';
import { productionSigns } from '../core/ship/production-signs.ts';
import type { Deps } from '../tools/tool.ts';
import { some } from './doctor-record.ts';

type Said = Pick<DoctorCheck, 'state' | 'seen' | 'todo'>;

const FILE = 'hotfix-pulse.config.json';

const check = (id: string, { state, seen, todo }: Said): DoctorCheck => ({
  ...{ part: 'settings', id, state, seen, todo },
});

/** The settings file could not be used, in the words of whoever refused it. */
export function brokenSettings({ message, hint }: PulseError): DoctorCheck {
  return check('settings', { state: 'fail', seen: message, todo: hint });
}

export async function settingsChecks(deps: Deps): Promise<DoctorCheck[]> {
  const { state } = await deps.workspace.repoFile(FILE);
  const { fault } = deps.settings.postmortem;
  const seen = state === 'absent' ? `No ${FILE}: the defaults are used.` : `${FILE} is valid.`;
  return [
    check('settings', { state: 'ok', seen, todo: '' }),
    ...(fault ? [check('template', { state: 'warn', seen: fault.message, todo: fault.hint })] : []),
    ...(await commandsCheck(deps)),
  ];
}

/** Whether the repository's own commands may run at what is checked out. Runs none of them. */
async function commandsCheck({ checks, settings }: Deps): Promise<DoctorCheck[]> {
  const commit = (await checks?.commitOf('HEAD')) ?? null;
  if (!checks || commit === null) return [];
  const { commands, allowed, source } = await checks.plan(commit, settings.ship ?? {});
  if (commands.length === 0) {
    const seen = 'No checks were found for what is checked out, so a hotfix would be deployed untested.';
    return [
      check('commands', { state: 'warn', seen, todo: `Name checks and test in ${FILE} and commit it.` }),
    ];
  }
  const open = [...new Set(commands.filter(({ standing }) => standing === 'open').map(({ name }) => name))];
  if (allowed !== 'open' && open.length === 0) {
    const how = allowed === 'committed' ? 'named in committed settings' : 'accepted on this machine';
    return [check('commands', { state: 'ok', seen: `The checks may run: ${how}.`, todo: '' })];
  }
  const why = source === 'settings' ? `${FILE} is not committed` : 'they were only detected';
  return [
    check('commands', {
      state: 'warn',
      seen: `Nobody has accepted these commands yet, and ${why}: ${some(open)}`,
      todo: `hotfix-pulse accept-checks in a terminal, or name them in ${FILE} and commit it`,
    }),
  ];
}

/** Signs that commands started from here would reach production. Names only, never a value. */
export function productionCheck(env: Readonly<Record<string, string | undefined>>): DoctorCheck {
  const signs = productionSigns(env);
  if (signs.length === 0)
    return check('production', {
      state: 'ok',
      seen: 'The environment does not look like production.',
      todo: '',
    });
  return check('production', {
    state: 'warn',
    seen: `The environment looks like production (${some(signs)}): checks, proofs and bisects refuse to run in it.`,
    todo: 'Unset them in the shell or the agent that runs hotfix-pulse.',
  });
}
