import { callTool } from '../tools/call.ts';
import { documentsOf, publishIncident, refreshFolder } from '../tools/documents.ts';
import { TOOLS } from '../tools/index.ts';
import { loadAll, loadIncident } from '../tools/load.ts';
import { VERSION } from '../version.ts';
import { createDeps, findRoot } from '../wire.ts';
import { runCli } from './dispatch.ts';
import { processIo } from './process-io.ts';

const code = await runCli(process.argv.slice(2), processIo(), {
  ...{ version: VERSION, tools: TOOLS, callTool, loadIncident, loadAll },
  ...{ documentsOf, publishIncident, refreshFolder, findRoot, createDeps },
});
// Not process.exit(): a pipe must receive everything that is still on its way.
process.exitCode ||= code;
