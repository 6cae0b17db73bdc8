/** Makes one call of an operation in the repository of the first argument, as a server process that can be killed. */
import { writeSync } from 'node:fs';
import checkHotfix from '../../src/tools/check-hotfix.ts';
import deployHotfix from '../../src/tools/deploy-hotfix.ts';
import proveRegression from '../../src/tools/prove-regression.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';

const [root = '', name = '', args = '{}'] = process.argv.slice(2);
const tool = [checkHotfix, proveRegression, deployHotfix].find((one) => one.name === name);
if (!tool) throw new Error(`no such operation: ${name}`);
const actor = { name: 'killed-agent', kind: 'agent' } as const;
const by = { name: 'Ana', kind: 'human' } as const;
const approvals = { ask: async () => ({ answer: 'yes', strength: 'terminal', by }) as const };
const deps = Object.assign(await createDeps({ root, actor, env: process.env }), { approvals });
const { text } = await callTool(tool, JSON.parse(args), deps);
writeSync(1, text);
