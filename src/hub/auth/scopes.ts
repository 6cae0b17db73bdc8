import { PulseError } from '../../core/errors.ts';
import { mayDo, type Scope, type Token } from '../../core/team-tokens.ts';
import type { Deps, Effect } from '../../tools/tool.ts';

const NEEDED: Record<Effect, Scope> = {
  read: 'read',
  local: 'write',
  outward: 'write',
  destructive: 'write',
};

/** They tidy up the incident's folder besides, and without that they only read. */
const READS_TOO = new Set(['get_incident']);

/** The scope that an operation takes. */
export function scopeOf({ name, effect }: { name: string; effect: Effect }): Scope {
  return READS_TOO.has(name) ? 'read' : NEEDED[effect];
}

/**
 * What an operation gets to work with for the holder of a token. To one that may only read, everything that writes is
 * not there or refuses, so that it does not depend on what an operation says of itself.
 */
export function depsWithin(token: Pick<Token, 'scope'>, deps: Deps): Deps {
  if (mayDo(token, 'write')) return deps;
  const {
    checks: _checks,
    shipping: _shipping,
    backports: _backports,
    rollbacks: _rollbacks,
    outward: _outward,
    tracker: _tracker,
    board: _board,
    approvals: _approvals,
    ...kept
  } = deps;
  const refuse = async (): Promise<never> => {
    throw new PulseError(
      'unsafe',
      'this token may only read',
      'use a token with the scope write (hotfix-pulse token create)',
    );
  };
  return {
    ...kept,
    log: {
      ...deps.log,
      ...{ append: refuse, withNumbering: refuse, putBlob: refuse, archive: refuse, purge: refuse },
    },
    workspace: {
      ...deps.workspace,
      refresh: async () => ({ files: [], notices: [] }),
      writeExtra: refuse,
      // Ticks of an editor are read back by whoever may record them.
      lastGenerated: async () => null,
    },
  };
}
