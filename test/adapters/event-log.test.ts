import { createFileLog } from '../../src/adapters/file-log.ts';
import { findPlaces } from '../../src/adapters/log-places.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { eventLogContract } from './event-log.contract.ts';

eventLogContract('memory', createMemoryLog);
eventLogContract('file in a repository', async (options) =>
  createFileLog({ ...options, places: await findPlaces(tempRepo().root) }),
);
eventLogContract('file without git', async (options) =>
  createFileLog({ ...options, places: await findPlaces(tempFolder()) }),
);
