import type { Plan } from '../../src/core/ship/plan.ts';
import { UID } from './events.ts';

/** Full names of objects. */
export const FIX = 'f1'.repeat(20);
export const OLD = '0a'.repeat(20);
export const MERGE = '3e'.repeat(20);

/** A deploy by pushing a merge to `main`; a test names only what it is about. */
export function planWith(change: Partial<Plan> = {}): Plan {
  return {
    ...{ v: 1, action: 'deploy', incident: UID, attempt: 1, way: 'push', remote: 'origin' },
    moves: [{ ref: 'refs/heads/main', old: OLD, new: MERGE }],
    ...{ commit: FIX, files: [{ path: 'src/login.js', change: 'modified' }], file_count: 1 },
    commands: [['git', 'push', '--atomic', 'origin', `${MERGE}:refs/heads/main`]],
    ...{ verify: null, skips: [], made_at: '2026-03-01T12:00:00.000Z' },
    ...change,
  };
}
