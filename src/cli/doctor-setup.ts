import { homedir, tmpdir } from 'node:os';
import { realPath } from '../install/disk.ts';
import type { Where } from '../install/places.ts';
import { VERSION } from '../version.ts';
import {
  checkService,
  gitVersion,
  leftWorktrees,
  lookAtDatabase,
  lookAtRepository,
  openRecord,
  reachRemote,
  talkTo,
} from '../wire.ts';
import type { InstallSession } from './install-setup.ts';
import { packageRoot } from './install-setup.ts';

/** What doctor looks at, and with what. */
export interface DoctorMachine {
  /** Links resolved. */
  where: Where;
  /** `process.version`. */
  node: string;
  /** Folders that do not last. */
  temp: readonly string[];
  /** Root of this package. */
  root: string;
  version: string;
  /** How long a start may take, and one that may have to fetch the program first. In milliseconds. */
  limits: { start: number; fetched: number };
  gitVersion: typeof gitVersion;
  look: typeof lookAtRepository;
  reach: typeof reachRemote;
  worktrees: typeof leftWorktrees;
  record: typeof openRecord;
  database: typeof lookAtDatabase;
  talk: typeof talkTo;
  checkService: typeof checkService;
}

export type DoctorSetup = (session: InstallSession) => Promise<DoctorMachine>;

const LIMITS = { start: 20_000, fetched: 60_000 };

/** This machine, user and project. */
export const systemDoctor: DoctorSetup = async ({ io, app, repo: explicit }) => {
  const repo = await app.findRoot({ explicit, env: io.env, cwd: io.cwd });
  return {
    where: {
      ...{ repo: repo === null ? null : realPath(repo), home: realPath(homedir()) },
      ...{ env: io.env, platform: process.platform },
    },
    ...{ node: process.version, temp: [tmpdir()], root: packageRoot(), version: VERSION, limits: LIMITS },
    ...{ gitVersion, look: lookAtRepository, reach: reachRemote, worktrees: leftWorktrees },
    ...{ record: openRecord, database: lookAtDatabase, talk: talkTo, checkService },
  };
};
