import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { architectureFaults, importsOf } from './support/architecture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function sources(): Map<string, string> {
  const names = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[cm]?[jt]sx?$/.test(name),
  );
  return new Map(names.map((name) => [`src/${name}`, readFileSync(`${root}src/${name}`, 'utf8')]));
}

const faultsIn = (path: string, source: string) => architectureFaults(new Map([[path, source]]));

describe('the code', () => {
  it('keeps the arrows', () => {
    const files = sources();
    expect(files.size).toBeGreaterThan(5);
    expect(architectureFaults(files)).toEqual([]);
  });
});

describe('the checker', () => {
  it.each<[string, string]>([
    ['src/core/a.ts', `import { x } from '../ports.ts';`],
    ['src/core/a.ts', `import type { X } from '../config.ts';`],
    ['src/core/a.ts', `import { readFileSync } from 'node:fs';`],
    ['src/core/a.ts', `import fs from 'fs';`],
    ['src/core/a.ts', `import * as z from 'zod';`],
    ['src/core/a.ts', `export { x } from '../adapters/git.ts';`],
    ['src/core/a.ts', `export * from '../tools/tool.ts';`],
    ['src/core/deep/a.ts', `import {\n  x,\n  type Y,\n} from '../../wire.ts';`],
    ['src/core/a.ts', `const x = await import('../wire.ts');`],
    ['src/core/a.ts', `import '../wire.ts';`],
    ['src/core/a.ts', `import '../../test/support/x.ts';`],
    ['src/core/a.ts', 'const t = Date.now();'],
    ['src/core/a.ts', 'const t = new Date();'],
    ['src/core/a.ts', 'const t = new Date;'],
    ['src/core/a.ts', 'const t = Math.random();'],
    ['src/core/a.ts', 'const t = performance.now();'],
    ['src/core/a.ts', 'const t = crypto.randomUUID();'],
    ['src/ports.ts', `import type { X } from './adapters/git.ts';`],
    ['src/ports.ts', `import * as z from 'zod/v4';`],
    ['src/adapters/a.ts', `import { x } from '../tools/tool.ts';`],
    ['src/adapters/a.ts', `import { x } from '../wire.ts';`],
    ['src/adapters/a.ts', `import { x } from '../config.ts';`],
    ['src/adapters/a.ts', `import matter from 'gray-matter';`],
    ['src/adapters/a.ts', `const matter = (await import('gray-matter')).default;`],
    ['src/adapters/a.ts', `import mustache from 'mustache';`],
    ['src/adapters/a.ts', `import { spawn } from 'node:child_process';`],
    ['src/adapters/a.ts', `import { spawn } from 'child_process';`],
    ['src/adapters/a.ts', `const r = await fetch('https://x'); // fine`],
    ['src/adapters/a.ts', 'const r = await globalThis.fetch(url);'],
    ['src/tools/a.ts', `import { x } from '../adapters/git.ts';`],
    ['src/tools/a.ts', `import { readConfig } from '../config.ts';`],
    ['src/tools/a.ts', `import { join } from 'node:path';`],
    ['src/config.ts', `import { readFileSync } from 'node:fs';`],
    ['src/wire.ts', `import { x } from './tools/tool.ts';`],
    ['src/mcp/a.ts', `import { x } from '../adapters/git.ts';`],
    ['src/mcp/a.ts', `import { x } from '../cli/main.ts';`],
    ['src/mcp/a.ts', `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';`],
    ['src/mcp/stdio.ts', `import { x } from '@modelcontextprotocol/sdk';`],
    ['src/cli/a.ts', `import { x } from '../mcp/server.ts';`],
    ['src/hub/a.ts', `import { x } from '../mcp/server.ts';`],
    ['src/hub/a.ts', `import { x } from '../mcp/stdio.ts';`],
    ['src/hub/a.ts', `import { Server } from '@modelcontextprotocol/server';`],
    ['src/mcp/answers.ts', `import { x } from './server.ts';`],
    ['src/mcp/prompts.ts', `import { x } from '../hub/mcp.ts';`],
    ['src/tools/a.ts', `import { x } from '../install/plan.ts';`],
    ['src/install/a.ts', `import { x } from '../adapters/git.ts';`],
    ['src/install/a.ts', `import { spawn } from 'node:child_process';`],
    ['src/install/a.ts', `import { x } from '../ports.ts';`],
    ['src/install/a.ts', `import * as z from 'zod/v4';`],
    ['src/cli/a.ts', 'console.log(1);'],
    ['src/cli/a.ts', "const u = 'https://x'; console.log(u);"],
    ['src/cli/a.ts', 'const x = await import(name);'],
    ['src/cli/a.ts', 'const x = await import(`./'.concat('$', '{name}.ts`);')],
    ['src/elsewhere/a.ts', ''],
    ['src/utils.ts', ''],
    ['src/core/long.ts', 'x;\n'.repeat(251)],
  ])('case %#: %s', (path, source) => {
    expect(faultsIn(path, source)).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['src/core/a.ts', `import * as z from 'zod/v4';\nimport { x } from './b.ts';`],
    ['src/core/a.ts', 'const t = new Date(at); const u = new Date(Date.parse(at));'],
    ['src/core/a.ts', `// import { x } from '../wire.ts'; Date.now()\n/* console.log() */`],
    ['src/core/a.ts', `/** Never Math.random here. */ const u = 'https://example.org';`],
    ['src/core/long.ts', 'x;\n'.repeat(250)],
    ['src/ports.ts', `import type { X } from './core/events.ts';`],
    [
      'src/adapters/a.ts',
      `import { x } from '../ports.ts';\nimport { y } from './b.ts';\nimport os from 'node:os';\nimport p from 'postgres';`,
    ],
    ['src/adapters/front-matter.ts', `const m = await import('gray-matter');`],
    ['src/adapters/mustache.ts', `const m = await import('mustache');`],
    ['src/adapters/git.ts', `import { execFile } from 'node:child_process';`],
    ['src/adapters/checks.ts', `import { spawn } from 'node:child_process';`],
    ['src/adapters/http.ts', 'const r = await fetch(url);'],
    ['src/adapters/a.ts', 'const r = await http.fetch(url); prefetch(url);'],
    [
      'src/tools/a.ts',
      `import * as z from 'zod/v4';\nimport type { Config } from '../config.ts';\nimport type { Git } from '../ports-git.ts';`,
    ],
    [
      'src/wire.ts',
      `import { gitAdapter } from './adapters/git.ts';\nimport type { Config } from './config.ts';`,
    ],
    [
      'src/mcp/server.ts',
      `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { VERSION } from '../version.ts';`,
    ],
    ['src/cli/main.ts', `import { wire } from '../wire.ts';\nimport process from 'node:process';`],
    [
      'src/install/apply.ts',
      `import { x } from './plan.ts';\nimport { PulseError } from '../core/errors.ts';`,
    ],
  ])('allows case %#: %s', (path, source) => {
    expect(faultsIn(path, source)).toEqual([]);
  });

  it('reads every form of import', () => {
    const source = `
      import a from 'one'; import * as b from "two"; import { c, type D } from 'three';
      import type { E } from 'four'; export type { F } from 'five'; export * as g from 'six';
      import 'seven'; const h = import('eight'); const i = require('nine');
      import j, { k } from 'ten';`;
    expect(
      importsOf(source).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' (type)' : ''}`),
    ).toEqual(['one', 'two', 'three', 'four (type)', 'five (type)', 'six', 'seven', 'ten', 'eight', 'nine']);
  });
});
