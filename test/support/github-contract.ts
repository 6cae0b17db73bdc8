import { readFileSync } from 'node:fs';
import formats from 'ajv-formats';
import { type Document, OpenAPIBackend } from 'openapi-backend';

/** GitHub's own description of its API as a judge of requests and answers. Source: test/contracts/README.md. */

export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  /** As it stands in the address, without the question mark. */
  query: string;
  body: unknown;
}

export interface Contract {
  /** `GET /repos/{owner}/{repo}`; null for a route that GitHub does not have. */
  routeOf(asked: Asked): string | null;
  /** What GitHub would not take; empty for a good request. */
  wrongWithRequest(asked: Asked): string[];
  /** What GitHub would not answer. */
  wrongWithAnswer(asked: Asked, status: number, body: unknown): string[];
}

/** A path parameter that may be a number or a name is refused when it is a number. Source: openapi-backend 5.17. */
const FALSE_ALARM = /\/path\/workflow_id|"workflow_id"/;
const open = new Map<string, Promise<Contract>>();

/** @param name file in test/contracts, without its ending */
export function githubContract(name: 'github-rest' | 'github-gaps'): Promise<Contract> {
  const known = open.get(name) ?? load(name);
  open.set(name, known);
  return known;
}

async function load(name: string): Promise<Contract> {
  const text = readFileSync(new URL(`../contracts/${name}.json`, import.meta.url), 'utf8');
  const api = new OpenAPIBackend({
    definition: JSON.parse(text) as Document,
    ...{ quick: true, strict: false },
    ajvOpts: { strict: false, formats: { 'repo.nwo': true } },
    customizeAjv(ajv) {
      formats.default(ajv);
      return ajv;
    },
  });
  await api.init();
  const requestOf = ({ method, path, query, body }: Asked) => ({
    ...{ method, path, query, headers: { 'content-type': 'application/json' } },
    ...(body === undefined ? {} : { body }),
  });
  const words = (errors: readonly unknown[] | null | undefined): string[] =>
    (errors ?? []).map((error) => JSON.stringify(error)).filter((error) => !FALSE_ALARM.test(error));
  return {
    routeOf(asked) {
      const operation = api.matchOperation(requestOf(asked));
      return operation ? `${operation.method.toUpperCase()} ${operation.path}` : null;
    },
    wrongWithRequest(asked) {
      const operation = api.matchOperation(requestOf(asked));
      if (!operation) return ['no such route'];
      return words(api.validateRequest(requestOf(asked), operation).errors);
    },
    wrongWithAnswer(asked, status, body) {
      const operation = api.matchOperation(requestOf(asked));
      if (!operation) return [];
      return words(api.validateResponse(body, operation, status).errors);
    },
  };
}
