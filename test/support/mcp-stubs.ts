import * as z from 'zod/v4';
import { PulseError } from '../../src/core/errors.ts';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import type { Operations } from '../../src/mcp/operations.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { type Deps, defineTool } from '../../src/tools/tool.ts';

const NOT_USED = new Proxy(
  {},
  {
    // `then` is asked for by every await.
    get: (_, member) => (member === 'then' ? undefined : never(`stub dependency used: ${String(member)}`)),
  },
);

function never(message: string): never {
  throw new Error(message);
}

/** Dependencies that only say who calls and for which repository; using any other is an error. */
export function stubDeps(root: string, name = 'stub'): Deps {
  return Object.assign(Object.create(NOT_USED), {
    actor: { kind: 'agent', name },
    workspace: { root },
    redact: (text: string) => ({ text: text.replaceAll('hunter2hunter2', '[REDACTED]'), removed: [] }),
  });
}

const echo = defineTool({
  name: 'echo_text',
  title: 'Echo',
  effect: 'read',
  description: 'Gives the text back.',
  input: z.strictObject({
    text: z.string().describe('Any text'),
    times: z.int().min(1).default(1),
    at: z.iso.datetime().optional(),
    repo: z.string().optional(),
  }),
  output: z.object({
    text: z.string(),
    root: z.string(),
    by: z.string(),
    extra: z.record(z.string(), z.string()),
  }),
  async run({ text, times }, { workspace, actor }) {
    const data = { text: text.repeat(times), root: workspace.root, by: actor.name, extra: {} };
    return {
      text: data.text,
      data,
      warnings: text.startsWith('warn') ? ['told in the text: warn', 'not told'] : [],
    };
  },
});

const FAILURES: Record<string, () => never> = {
  refused: () => {
    throw new PulseError('gate_closed', 'the gate is closed', 'open it first', {
      missing: ['key'],
      code: 'fake',
    });
  },
  broken: () => never('secret hunter2hunter2 at /home/somebody'),
};

const fail = defineTool({
  name: 'break_it',
  title: 'Break',
  effect: 'destructive',
  description: 'Fails in the way that is asked for.',
  input: z.strictObject({ how: z.enum(['refused', 'broken']) }),
  output: z.object({ ok: z.boolean() }),
  async run({ how }) {
    return FAILURES[how]?.() ?? never(how);
  },
});

const slow = defineTool({
  name: 'wait_a_bit',
  title: 'Wait',
  effect: 'local',
  description: 'Answers after so many milliseconds.',
  input: z.strictObject({ ms: z.int() }),
  output: z.object({ waited: z.int() }),
  async run({ ms }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { text: `waited ${ms}`, data: { waited: ms }, warnings: [] };
  },
});

const noise = defineTool({
  name: 'make_noise',
  title: 'Make noise',
  effect: 'local',
  description: 'Prints, and throws where nobody catches.',
  input: z.strictObject({}),
  output: z.object({}),
  async run() {
    const { console: terminal } = globalThis;
    terminal.log('noise {"jsonrpc":"2.0"}');
    terminal.info('noise');
    setTimeout(() => never('thrown later'), 1);
    void Promise.reject(new Error('rejected hunter2hunter2'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { text: 'made', data: {}, warnings: [] };
  },
});

export const STUB_TOOLS = [slow, echo, noise, fail];
export const stubDefinitions = () => toolDefinitions(STUB_TOOLS);

const UID = '01JD0000000000000000000000';

const YOUNG = '01JD0000000000000000000001';

/** Two open incidents, the second without a postmortem. */
export async function stubOperations(): Promise<Operations> {
  return {
    toolOf: async (name) => STUB_TOOLS.find((tool) => tool.name === name),
    callTool,
    async documentsOf(incident, { workspace }) {
      if (incident === 'twin')
        throw new PulseError('conflict', 'more than one has that name', 'pass its uid');
      if (incident === 'mended') throw new PulseError('invalid_input', 'the settings are wrong', 'mend them');
      if (incident === YOUNG)
        return { uid: YOUNG, label: 'hotfix-002', files: { 'hotfix.md': 'H', timeline: '' } };
      if (incident === 'broken') never('hunter2hunter2');
      if (incident !== UID && incident !== 'hotfix-001' && incident !== 'hotfix/001-login') {
        throw new PulseError('not_found', 'no incident has that id', 'open: hotfix-001');
      }
      const files = {
        'hotfix.md': `# in ${workspace.root}`,
        'tasks.md': 'T',
        'post-mortem.md': 'P',
        timeline: 'L',
      };
      return { uid: UID, label: 'hotfix-001', files };
    },
    async openIncidents() {
      return [
        { uid: UID, label: 'hotfix-001', hasPostmortem: true },
        { uid: YOUNG, label: 'hotfix-002', hasPostmortem: false },
      ];
    },
  };
}
