import { describe, expect, it } from 'vitest';
import { defineTool } from '../../src/tools/tool.ts';
import { event, fakeWorld, opened, run, sample, severity } from './fakes.ts';

const world = () =>
  fakeWorld([
    opened('Users <b>cannot</b> log in'),
    severity('P1'),
    event('rollback_planned', 3, { data: { target: 'hotfix' } }),
    event('resolved', 9, { text: 'Over', evidence: ['metric: 5xx 0.1 %'] }),
  ]);

describe('print', () => {
  it.each<[string, string, string]>([
    ['completion', '## Hotfix Complete\n', '**Status**: Resolved\n'],
    ['checklist', '## Completion: hotfix-001\n', '- [x] Harm ended, with evidence (2026-11-20 14:09 UTC)\n'],
    ['pre-deploy', '## Before deploying: hotfix-001\n', '- [x] Rollback planned (2026-11-20 14:03 UTC)\n'],
  ])('%s', async (name, heading, line) => {
    const { code, stdout } = await run(['print', name], world());
    expect(code).toBe(0);
    expect(stdout.startsWith(heading)).toBe(true);
    expect(stdout).toContain(line);
    const json = await run(['print', name.toUpperCase(), 'hotfix-001', '--json'], world());
    expect(JSON.parse(json.stdout)).toEqual({ document: name, text: stdout.trimEnd() });
  });

  it.each(['constructor', 'completions', '__proto__'])('%s is no document', async (name) => {
    const { code, stderr } = await run(['print', name], world());
    expect(code).toBe(2);
    expect(stderr).toContain('completion, checklist, pre-deploy');
  });
});

describe('an answer with a text for copying', () => {
  it('keeps what takes mentions out of force, and still shows other invisible characters', async () => {
    const tool = defineTool({
      ...sample,
      run: async () => ({ text: 'cc @\u200Dteam, a\u200Db', data: {}, warnings: [] }),
    });
    const { stdout } = await run(['sample-tool', 'x'], fakeWorld(), {}, [tool]);
    expect(stdout).toBe('cc @\u200Dteam, a<U+200D>b\n');
  });
});
