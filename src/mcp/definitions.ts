import * as z from 'zod/v4';
import { TOOLS } from '../tools/index.ts';
import type { Effect, Tool } from '../tools/tool.ts';

/** A JSON schema of an object, as tools/list carries it. */
export interface ObjectSchema {
  [keyword: string]: unknown;
  type: 'object';
  properties: Record<string, object>;
  required?: string[];
}

export interface ToolDefinition {
  name: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema: ObjectSchema;
  annotations: { readOnlyHint?: true; destructiveHint?: boolean; openWorldHint: boolean };
}

/** A hint that equals the protocol's default (readOnlyHint false) is left out. */
const ANNOTATIONS: Record<Effect, ToolDefinition['annotations']> = {
  read: { readOnlyHint: true, openWorldHint: false },
  local: { destructiveHint: false, openWorldHint: false },
  outward: { destructiveHint: false, openWorldHint: true },
  destructive: { destructiveHint: true, openWorldHint: true },
};

/** What every answer may carry besides the tool's own members; a refusal carries `error` alone. */
const EVERY_ANSWER = {
  warnings: { type: 'array', items: { type: 'string' } },
  error: {
    type: 'object',
    properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
    required: ['code', 'message', 'hint'],
  },
};

/**
 * The tools as tools/list shows them, by name. Costly (it makes JSON schemas): the build puts its result in
 * place of this module, so nothing else may be exported from here at run time.
 */
export function toolDefinitions(tools: readonly Tool[] = TOOLS): ToolDefinition[] {
  return tools.map(definitionOf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function definitionOf({ name, description, effect, input, output }: Tool): ToolDefinition {
  // Clients check what comes against this schema, refusals too: so no member of an answer may be required.
  const { required: _required, ...answer } = objectSchema(output);
  return {
    name,
    description,
    inputSchema: objectSchema(input),
    outputSchema: { ...answer, properties: { ...answer.properties, ...EVERY_ANSWER } },
    annotations: { ...ANNOTATIONS[effect] },
  };
}

function objectSchema(schema: z.ZodObject): ObjectSchema {
  const json = z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => shorten(jsonSchema) });
  // A closed object costs tokens per tool and saves no call: an unknown argument is refused by name anyway.
  const { $schema: _dialect, type: _type, additionalProperties: _open, properties, required, ...rest } = json;
  const objects = Object.entries(properties ?? {}).map(([name, value]) => [name, Object(value)] as const);
  return {
    type: 'object',
    properties: Object.fromEntries(objects),
    ...(required ? { required } : {}),
    ...rest,
  };
}

const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'] as const;

/**
 * Takes out what costs tokens in every session and tells a model little: bounds, patterns and string keys.
 * Descriptions say the form, Zod holds it, and a refusal names the bound.
 */
function shorten(json: z.core.JSONSchema.BaseSchema): void {
  for (const bound of BOUNDS) delete json[bound];
  if (Object(json.propertyNames).type === 'string' && Object.keys(Object(json.propertyNames)).length === 1) {
    delete json.propertyNames;
  }
}
