import { systemIds } from '../../src/adapters/clock-ids.ts';
import type { App } from '../../src/cli/app.ts';
import { runCli } from '../../src/cli/dispatch.ts';
import { serveBoard } from '../../src/hub/board-local.ts';
import { serve } from '../../src/hub/serve.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { archiveIncident } from '../../src/tools/support/archive.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { documentsOf, publishIncident, refreshFolder } from '../../src/tools/support/documents.ts';
import { importIncident } from '../../src/tools/support/import-incident.ts';
import { loadAll, loadIncident } from '../../src/tools/support/load.ts';
import { createDeps, createSampleRepo, findRoot, openTokens, writeExport } from '../../src/wire.ts';
import { fakeIo } from '../cli/fakes.ts';

/** The whole command line on a real folder, with only the terminal and the clock in the test's hand. */
export function realCli(cwd: string, start: string) {
  let nowMs = Date.parse(start);
  const clock = { now: () => nowMs };
  const app: App = {
    ...{ version: '1.2.3', tools: TOOLS, callTool, loadIncident, loadAll },
    ...{ documentsOf, publishIncident, importIncident, refreshFolder, archiveIncident },
    ...{ createSampleRepo, findRoot, openTokens, writeExport },
    createDeps: (options) => createDeps(options, { clock, ids: systemIds }),
    serveHub: (options, system) => serve(options, system),
    serveBoard: (options, system) => serveBoard(options, system),
  };
  return {
    at(time: string) {
      nowMs = Date.parse(time);
    },
    async run(...argv: string[]) {
      const io = { ...fakeIo(), cwd };
      const code = await runCli(argv, io, app);
      return { code, out: io.written.stdout, err: io.written.stderr };
    },
    /** The one JSON value of a command that must work. */
    async json(...argv: string[]): Promise<Record<string, unknown>> {
      const { code, out, err } = await this.run(...argv, '--json');
      if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}\n${out}${err}`);
      return JSON.parse(out);
    },
  };
}
