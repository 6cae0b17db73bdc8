import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workflowText } from '../../src/install/github-actions.ts';
import { actionlintFaults, schemaFaults, serviceFaults, yamlOf } from '../support/github-linters.ts';

const ACTION = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
const metadata = yamlOf(ACTION);
const wanted = { branch: 'main', action: 'acme/hotfix-pulse@v1.2.3' };
const WORKFLOWS: Record<string, string> = {
  'one workflow': workflowText({ ...wanted, workflows: ['CI'] }),
  'several, with names that YAML and patterns would read otherwise': workflowText({
    ...{ ...wanted, branch: 'release/1+1' },
    workflows: [
      'Build: all',
      '# no comment',
      '"quoted" \\ \u2028',
      'yes',
      '- x',
      '.github/workflows/ci.yml',
      '🚑 ü',
    ],
  }),
};

/** A workflow with one fault planted. */
const spoiled = (from: string, to: string): string => {
  const text = WORKFLOWS['one workflow'] ?? '';
  if (!text.includes(from)) throw new Error(`not there: ${from}`);
  return text.replace(from, to);
};

describe('the workflow that install writes', () => {
  it.each(Object.entries(WORKFLOWS))('%s: no judge finds a fault', async (_, text) => {
    expect(await actionlintFaults(text)).toEqual([]);
    expect(await serviceFaults('workflow', text, metadata)).toEqual([]);
    expect(schemaFaults('github-workflow', text)).toEqual([]);
  });

  it('means what it says', () => {
    const text = Object.values(WORKFLOWS)[1] ?? '';
    const workflow = yamlOf(text) as Record<string, never> & {
      on: { workflow_run: Record<string, unknown> };
    };
    expect(workflow.on.workflow_run).toEqual({
      workflows: [
        'Build: all',
        '# no comment',
        '"quoted" \\ \u2028',
        'yes',
        '- x',
        '.github/workflows/ci.yml',
        '🚑 ü',
      ],
      types: ['completed'],
      branches: ['release/1\\+1'],
    });
    expect(workflow.permissions).toEqual({ actions: 'read', contents: 'read', issues: 'write' });
    // Nothing is checked out, nothing runs in a shell.
    expect(text).not.toMatch(/\brun:|checkout|pull_request_target/);
    expect(text.match(/^ +- /gm)).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['an unknown key', 'runs-on: ubuntu-latest', 'run-on: ubuntu-latest'],
    ['an expression that does not close', '${{ github.token }}', '${{ github.token'],
    ['an unknown event type', 'types: [completed]', 'types: [finished]'],
    ['an unknown permission', 'issues: write', 'issue: write'],
  ])('canary: %s is found by all', async (_, from, to) => {
    const text = spoiled(from, to);
    expect(await actionlintFaults(text)).not.toEqual([]);
    expect(await serviceFaults('workflow', text, metadata)).not.toEqual([]);
  });

  it('canary: an input that the action does not have is found, by its own action.yml', async () => {
    const text = spoiled('github-token: ', 'githubtoken: ');
    expect(await serviceFaults('workflow', text, metadata)).toEqual([expect.stringMatching(/githubtoken/)]);
  });

  it('canary: the schema finds a permission that is none', () => {
    expect(schemaFaults('github-workflow', spoiled('issues: write', 'issues: all'))).not.toEqual([]);
  });
});

describe('action.yml', () => {
  it('no judge finds a fault', async () => {
    expect(await serviceFaults('action', ACTION)).toEqual([]);
    expect(schemaFaults('github-action', ACTION)).toEqual([]);
  });

  it('starts a file that is committed', () => {
    expect(metadata.runs).toEqual({ using: 'node20', main: 'action/index.js' });
    expect(readFileSync(new URL('../../action/index.js', import.meta.url), 'utf8').length).toBeGreaterThan(
      1000,
    );
  });

  it.each<[string, string, string]>([
    ['an unknown runtime', 'using: node20', 'using: node99'],
    ['a key that is none', 'author:', 'auhtor:'],
    ['no file to start', '  main: action/index.js\n', ''],
  ])('canary: %s is found', async (_, from, to) => {
    const text = ACTION.replace(from, to);
    expect(text).not.toBe(ACTION);
    const found = [...(await serviceFaults('action', text)), ...schemaFaults('github-action', text)];
    expect(found).not.toEqual([]);
  });

  it('has the inputs and outputs that the action reads and sets', () => {
    const source = ['inputs', 'main'].map((name) =>
      readFileSync(new URL(`../../src/action/${name}.ts`, import.meta.url), 'utf8'),
    );
    const read = [...(source[0] ?? '').matchAll(/\bread\('([\w-]+)'\)/g)].map(([, name]) => name);
    const set = [...(source[1] ?? '').matchAll(/setOutput\('([\w-]+)'/g)].map(([, name]) => name);
    expect(Object.keys(metadata.inputs as object).sort()).toEqual([...new Set(read)].sort());
    expect(Object.keys(metadata.outputs as object).sort()).toEqual([...set].sort());
  });
});
