import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen at; 127.0.0.1 when left out'),
  port: z.int().min(0).max(65_535).default(8137).describe('Port; 8137 when left out, 0 for any that is free'),
  behind_proxy: z
    .boolean()
    .optional()
    .describe('A proxy with TLS stands in front, and nothing but it can reach this address'),
  public_host: z
    .array(z.string())
    .optional()
    .describe('Host name that callers use, as the proxy passes it on; may be given more than once'),
});

export const serve: Command = {
  name: 'serve',
  aliases: [],
  summary:
    'Answer webhooks and slash commands of Slack, ClickUp and GitHub for this repository, and keep what they show up to date. Ctrl-C ends it.',
  details:
    'Listens on this machine only, without TLS: a proxy passes webhooks on (docs/hub.md). Each service is let in when hotfix-pulse.config.json names it and its secret is in the environment. --behind-proxy believes the address that the proxy writes down, and allows another --host. Logs go to standard error, one line each; with --json one JSON value each.',
  input,
  positionals: [],
  examples: ['serve', 'serve --port 9000 --behind-proxy --public-host hooks.example.com'],
  async run(args, { io, app, out, deps }) {
    const {
      host,
      port,
      behind_proxy: behindProxy = false,
      public_host: publicHosts = [],
    } = input.parse(args);
    const { root } = (await deps()).workspace;
    await app.serveHub(
      { host, port, behindProxy, publicHosts, root, json: out.json },
      {
        ...{ env: io.env, now: io.now, sleep: io.sleep, onInterrupt: io.onInterrupt },
        write: (line) => io.stderr.write(line),
      },
    );
    return EXIT.ok;
  },
};
