import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { readRegular, writeAtomic } from './atomic-file.ts';
import { isOwnFolder } from './log-places.ts';
import { takePidLock } from './pid-lock.ts';

const NAME = 'accepted-checks.json';
const MAX_BYTES = 4 * 1024 * 1024;
/** The oldest go first. */
const MOST = 2_000;
const PIN = /^[0-9a-f]{64}$/;

interface Accepted {
  pin: string;
  /** Who saw it, and when (RFC 3339). */
  by: string;
  at: string;
}

/** The commands that a person has seen on this machine and let run. */
export interface AcceptedChecks {
  isAccepted(pin: string): boolean;
  /** @throws PulseError not_configured when the git folder cannot be written */
  accept(pins: readonly string[], by: string, at: string): Promise<void>;
}

/** @param home `<git common dir>/hotfix-pulse` */
export function createAcceptedChecks(home: string): AcceptedChecks {
  return {
    isAccepted: (pin) => read(home).some((one) => one.pin === pin),
    async accept(pins, by, at) {
      try {
        mkdirSync(home, { recursive: true });
        isOwnFolder(home);
        const lock = join(home, `${NAME}.lock`);
        const release = await takePidLock(lock, { nonce: randomBytes(8).toString('hex') });
        try {
          const known = read(home).filter(({ pin }) => !pins.includes(pin));
          const accepted = [...known, ...pins.map((pin) => ({ pin, by, at }))].slice(-MOST);
          const folder = realpathSync(home);
          writeAtomic({ folder, name: NAME, text: `${JSON.stringify({ v: 1, accepted }, null, 1)}\n` });
          chmodSync(join(folder, NAME), 0o600);
        } finally {
          release();
        }
      } catch (error) {
        if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC')) throw error;
        throw new PulseError(
          'not_configured',
          'the git folder cannot be written, and what was accepted is kept there',
          'run it where the git folder is writable, or name checks, setup and test in hotfix-pulse.config.json and commit it',
        );
      }
    },
  };
}

/** What is damaged was never accepted. */
function read(home: string): Accepted[] {
  let value: unknown;
  try {
    value = JSON.parse(readRegular(join(home, NAME), MAX_BYTES) ?? 'null');
  } catch {
    return [];
  }
  if (typeof value !== 'object' || value === null || !('accepted' in value)) return [];
  return Array.isArray(value.accepted) ? value.accepted.filter(isAccepted) : [];
}

function isAccepted(value: unknown): value is Accepted {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pin' in value) || !('by' in value) || !('at' in value)) return false;
  return typeof value.pin === 'string' && PIN.test(value.pin) && typeof value.by === 'string';
}
