import { TOOLS } from '../tools/index.ts';
import { archiveIncident } from '../tools/support/archive.ts';
import { callTool } from '../tools/support/call.ts';
import { documentsOf, publishIncident, refreshFolder } from '../tools/support/documents.ts';
import { importIncident } from '../tools/support/import-incident.ts';
import { loadAll, loadIncident } from '../tools/support/load.ts';
import { VERSION } from '../version.ts';
import { createDeps, createSampleRepo, findRoot, writeExport } from '../wire.ts';
import { runCli } from './dispatch.ts';
import { processIo } from './process-io.ts';

const code = await runCli(process.argv.slice(2), processIo(), {
  ...{ version: VERSION, tools: TOOLS, callTool, loadIncident, loadAll },
  ...{ documentsOf, publishIncident, importIncident, refreshFolder, archiveIncident },
  ...{ createSampleRepo, findRoot, createDeps, writeExport },
});
// Not process.exit(): a pipe must receive everything that is still on its way.
process.exitCode ||= code;
