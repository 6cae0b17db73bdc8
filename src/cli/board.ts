import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  port: z.int().min(0).max(65_535).default(0).describe('Port; any that is free when left out'),
});

export const board: Command = {
  name: 'board',
  aliases: [],
  summary:
    "Show this repository's incidents as a live page in the browser, for you alone on this machine. Ctrl-C ends it.",
  details:
    'Prints an address that works once, for one browser; the next one is printed when it was used. Never opens a browser by itself. What you do there is recorded as yours. Plans can be approved there when the command was started in a terminal; that is worth what hotfix-pulse approve is. With --json each address is one JSON value.',
  input,
  positionals: [],
  examples: ['board', 'board --port 8138'],
  async run(args, { io, app, out, deps: connect }) {
    const { port } = input.parse(args);
    const deps = await connect();
    const { actor, workspace } = deps;
    const mayApprove = actor.kind === 'human';
    if (!mayApprove) {
      out.notice(
        'Not started in a terminal: the board records as an agent, and nothing can be approved there.',
      );
    }
    await app.serveBoard(
      {
        ...{ root: workspace.root, port, actor, json: out.json },
        show: (url) => (out.json ? out.record({ url }) : out.text(`Open once: ${url}`)),
      },
      {
        ...{ env: io.env, now: io.now, sleep: io.sleep, onInterrupt: io.onInterrupt },
        write: (line) => io.stderr.write(line),
      },
    );
    return EXIT.ok;
  },
};
