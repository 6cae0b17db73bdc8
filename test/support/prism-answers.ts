import { readFileSync } from 'node:fs';
import formats from 'ajv-formats';
import { OpenAPIBackend } from 'openapi-backend';
import type { Answer, Asked } from './prism-stand.ts';

/**
 * Members that a stand-in leaves out are not faults: it has those that we read. Alternatives that fit more than once are
 * the description's fault.
 */
const LENIENT = ['required', 'oneOf'];

/** Says what does not fit the vendor's description in an answer of a stand-in of ours; nothing when it fits. */
export type AnswerCheck = (asked: Asked, answer: Answer) => string[];

/**
 * So that a stand-in does not answer what the service never would.
 * @param contract path of an OpenAPI file
 * @param prefix as in `startStand`
 */
export async function answerCheck(contract: string, prefix = ''): Promise<AnswerCheck> {
  // Statuspage writes a type that JSON Schema does not know.
  const text = readFileSync(contract, 'utf8').replace(/"type":\s*"Object"/g, '"type":"object"');
  const definition = JSON.parse(text);
  const api = new OpenAPIBackend({
    ...{ definition, quick: true, strict: false },
    ajvOpts: { strict: false, allErrors: true, logger: false },
    customizeAjv: (ajv) => {
      formats.default(ajv);
      return ajv;
    },
  });
  await api.init();
  return ({ method, path, query, headers }, { status, body }) => {
    const operation = api.matchOperation({
      ...{
        method,
        path: path.slice(prefix.length),
        headers: { ...headers },
        query: Object.fromEntries(query),
      },
    });
    if (!operation) return [`${method} ${path} is no operation`];
    if (!(String(status) in (operation.responses ?? {})))
      return [`${method} ${path} never answers ${status}`];
    const { errors } = api.validateResponse(body, operation, status);
    return (errors ?? [])
      .filter(({ keyword }) => !LENIENT.includes(keyword))
      .map(({ instancePath, message }) => `${method} ${path} ${status} ${instancePath} ${message}`);
  };
}

/** The same stand-in, with what does not fit put into `odd`. */
export function watched(
  answer: (asked: Asked) => Answer | null,
  check: AnswerCheck | null,
  odd: string[],
): (asked: Asked) => Answer | null {
  return (asked) => {
    const given = answer(asked);
    if (given !== null) odd.push(...(check?.(asked, given) ?? []));
    return given;
  };
}
