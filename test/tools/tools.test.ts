import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { TOOLS } from '../../src/tools/index.ts';

const root = join(import.meta.dirname, '../..');

describe('the tool list', () => {
  it('is the folder: one file per operation, named after it', () => {
    const files = readdirSync(join(root, 'src/tools')).filter((name) => name.endsWith('.ts'));
    const operations = files.filter((name) => !['by-name.ts', 'index.ts', 'tool.ts'].includes(name));
    expect(operations.sort()).toEqual(TOOLS.map((tool) => `${tool.name.replaceAll('_', '-')}.ts`).sort());
  });

  it('holds at most 20 tools, all documented', () => {
    expect(TOOLS.length).toBeLessThanOrEqual(20);
    const page = readFileSync(join(root, 'docs/tools.md'), 'utf8');
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const { name } of TOOLS) {
      expect(page).toContain(`## ${name}`);
      expect(readme).toContain(`\`${name}\``);
    }
  });

  it('has flat inputs without unions, and refuses unknown arguments', () => {
    for (const { name, inputSchema } of toolDefinitions()) {
      for (const [field, schema] of Object.entries(inputSchema.properties)) {
        expect(`${name}.${field} ${JSON.stringify(schema)}`).not.toMatch(/"anyOf"|"oneOf"|"properties"/);
      }
      const tool = TOOLS.find((known) => known.name === name);
      expect(tool?.input.safeParse({ zz_unknown: 1 }).success).toBe(false);
    }
  });

  it.each(toolDefinitions())('$name is defined as it was', async (definition) => {
    const file = `__toolsnaps__/${definition.name}.json`;
    await expect(`${JSON.stringify(definition, null, 2)}\n`).toMatchFileSnapshot(file);
  });
});
