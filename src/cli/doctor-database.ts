import type { DoctorCheck } from '../core/doctor.ts';
import { PulseError } from '../core/errors.ts';
import type { DoctorMachine } from './doctor-setup.ts';

type Said = Pick<DoctorCheck, 'state' | 'seen' | 'todo'>;

const check = (id: string, { state, seen, todo }: Said): DoctorCheck => ({
  ...{ part: 'record', id, state, seen, todo },
});

/** One process opens up to ten for its work, one while it numbers, one that listens. */
const ENOUGH = 12;

/** The team's record, where it is set: reached, fit for this program, and open to this role. */
export async function databaseChecks({ where, database }: DoctorMachine): Promise<DoctorCheck[]> {
  if (where.repo === null) return [];
  try {
    const look = await database(where.repo, where.env);
    if (look === null) return [];
    const { workspace, schema, incidents, open, ms, connections } = look;
    const seen = `Database: answers in ${Math.max(1, Math.round(ms))} ms, tables of version ${schema}, ${incidents} incident${incidents === 1 ? '' : 's'} (${open} open) in workspace ${workspace}`;
    return [
      check('database', { state: 'ok', seen, todo: '' }),
      ...(connections === null ? [] : [connectionCheck(connections)]),
    ];
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return [check('database', { state: 'fail', seen: error.message, todo: error.hint })];
  }
}

function connectionCheck({ free, most }: { free: number; most: number }): DoctorCheck {
  const seen = `Database: ${free} of ${most} connections are free`;
  if (free >= ENOUGH) return check('database_connections', { state: 'ok', seen, todo: '' });
  return check('database_connections', {
    state: 'warn',
    seen: `${seen}; one process of hotfix-pulse opens up to ${ENOUGH}`,
    todo: 'End what keeps connections open, or let the administrator of the server raise max_connections.',
  });
}
