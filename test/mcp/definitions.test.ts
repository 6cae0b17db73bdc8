import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { TOOLS } from '../../src/tools/index.ts';
import type { Effect, Tool } from '../../src/tools/tool.ts';
import { STUB_TOOLS } from '../support/mcp-stubs.ts';

const one = (name: string, tools: readonly Tool[] = STUB_TOOLS) =>
  toolDefinitions(tools).find((tool) => tool.name === name);

describe('tool definitions', () => {
  it('are a plain JSON schema of the input: defaults optional, no bounds, no noise', () => {
    expect(one('echo_text')?.inputSchema).toEqual({
      type: 'object',
      properties: {
        text: { type: 'string', description: 'Any text' },
        times: { type: 'integer', default: 1 },
        at: { type: 'string', format: 'date-time' },
        repo: { type: 'string' },
      },
      required: ['text'],
    });
  });

  it('let an answer carry warnings or a refusal besides its own members', () => {
    const schema = one('echo_text')?.outputSchema;
    expect(Object.keys(schema?.properties ?? {})).toEqual([
      'text',
      'root',
      'by',
      'extra',
      'warnings',
      'error',
    ]);
    expect(schema).not.toHaveProperty('required');
    expect(schema).not.toHaveProperty('additionalProperties');
  });

  it.each<[Effect, object]>([
    ['read', { readOnlyHint: true, openWorldHint: false }],
    ['local', { destructiveHint: false, openWorldHint: false }],
    ['outward', { destructiveHint: false, openWorldHint: true }],
    ['destructive', { destructiveHint: true, openWorldHint: true }],
  ])('annotate %s', (effect, annotations) => {
    const tools = STUB_TOOLS.slice(0, 1).map((tool) => ({ ...tool, effect }));
    expect(toolDefinitions(tools)[0]?.annotations).toEqual(annotations);
  });

  it('come by name, whatever the order of the table', () => {
    const names = toolDefinitions(STUB_TOOLS).map((tool) => tool.name);
    expect(names).toEqual(['break_it', 'echo_text', 'make_noise', 'wait_a_bit']);
    expect(toolDefinitions([...STUB_TOOLS].reverse())).toEqual(toolDefinitions(STUB_TOOLS));
  });
});

describe('the real tools', () => {
  const definitions = toolDefinitions();
  const json = JSON.stringify(definitions);

  it('are all there, at most 20, and plain JSON', () => {
    expect(definitions.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name).sort());
    expect(definitions.length).toBeLessThanOrEqual(20);
    expect(JSON.parse(json)).toEqual(definitions);
  });

  it.each(['$schema', '9007199254740991', 'propertyNames', '"$ref"', '"pattern":'])('hold no %s', (noise) => {
    expect(json).not.toContain(noise);
  });

  it.each(definitions.map((tool) => [tool.name, tool] as const))(
    '%s is flat and says what it is',
    (_, tool) => {
      expect(tool.description.length).toBeGreaterThan(20);
      expect(tool.inputSchema).toMatchObject({ type: 'object' });
      for (const word of ['anyOf', 'oneOf', 'allOf']) expect(tool.inputSchema).not.toHaveProperty(word);
      const scalar = z.object({ type: z.enum(['string', 'boolean', 'integer', 'number']) });
      const list = z.object({ type: z.literal('array'), items: scalar });
      const flat = z.union([scalar, list, z.object({ anyOf: z.array(scalar) })]);
      for (const member of Object.values(tool.inputSchema.properties))
        expect(flat.safeParse(member).error).toBeUndefined();
    },
  );

  it('take a repository where the answer for a missing one says so', () => {
    const taking = definitions
      .filter((tool) => 'repo' in tool.inputSchema.properties)
      .map(({ name }) => name);
    expect(taking).toEqual(['create_hotfix_task', 'get_incident', 'list_incidents']);
  });
});
