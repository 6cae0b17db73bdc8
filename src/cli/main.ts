import { TOOLS } from '../tools/index.ts';
import { archiveIncident } from '../tools/support/archive.ts';
import { callTool } from '../tools/support/call.ts';
import { documentsOf, publishIncident, refreshFolder } from '../tools/support/documents.ts';
import { importIncident } from '../tools/support/import-incident.ts';
import { loadAll, loadIncident } from '../tools/support/load.ts';
import { VERSION } from '../version.ts';
import { createDeps, createSampleRepo, findRoot, openTokens, writeExport } from '../wire.ts';
import type { App } from './app.ts';
import { runCli } from './dispatch.ts';
import { processIo } from './process-io.ts';

/** Loaded here: no other command needs a server. */
async function serveHub(...[options, system]: Parameters<App['serveHub']>): Promise<void> {
  const hub = await import('../hub/serve.ts');
  await hub.serve(options, system);
  hub.exitSoon(0);
}

async function serveBoard(...[options, system]: Parameters<App['serveBoard']>): Promise<void> {
  const hub = await import('../hub/board-local.ts');
  await hub.serveBoard(options, system);
}

void runCli(process.argv.slice(2), processIo(), {
  ...{ version: VERSION, tools: TOOLS, callTool, loadIncident, loadAll },
  ...{ documentsOf, publishIncident, importIncident, refreshFolder, archiveIncident },
  ...{ createSampleRepo, findRoot, createDeps, openTokens, writeExport, serveHub, serveBoard },
}).then((code) => {
  // Not process.exit(): a pipe must receive everything that is still on its way.
  process.exitCode ||= code;
});
