import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { promptList, promptOf } from '../../src/mcp/prompts.ts';

const folder = mkdtempSync(join(tmpdir(), 'prompts-'));
const here = pathToFileURL(`${folder}/`);
const nowhere = pathToFileURL(`${folder}/none/`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = async (...args: Parameters<typeof promptOf>) =>
  (await promptOf(...args)).messages[0]?.content.text;

const HOSTILE = [
  `Users can't login - 500 "quoted" $(whoami)`,
  "$& $1 $$ $` $' $<name>",
  'back`tick` ${HOME} %s \\n !`id`',
  'two\nlines\r\nand ---\nfront: matter\n---\n',
  '$ARGUMENTS again $ARGUMENTS',
  '🚨 \u202e ',
  '',
];

describe('prompts', () => {
  it('are three, by name', () => {
    expect(
      promptList().map(({ name, arguments: [argument] }) => [name, argument?.name, argument?.required]),
    ).toEqual([
      ['hotfix', 'description', true],
      ['incident-review', 'period', false],
      ['postmortem', 'incident', false],
    ]);
  });

  it.each(HOSTILE)('place %j character by character', async (typed) => {
    writeFileSync(join(folder, 'hotfix.md'), '---\ndescription: x\n---\nbefore\n$ARGUMENTS\nafter\n');
    expect(await textOf('hotfix', { description: typed }, [nowhere, here])).toBe(`before\n${typed}\nafter\n`);
  });

  it('append what was typed where the body has no place for it', async () => {
    writeFileSync(join(folder, 'postmortem.md'), 'Write it.\n');
    expect(await textOf('postmortem', { incident: '$&' }, [here])).toBe('Write it.\n\n$&\n');
  });

  it.each(['hotfix', 'incident-review', 'postmortem'])(
    '%s is the body of the command that the package ships',
    async (name) => {
      const file = readFileSync(fileURLToPath(new URL(`../../commands/${name}.md`, import.meta.url)), 'utf8');
      const body = file.slice(file.indexOf('\n---\n', 3) + 5);
      const [argument] = promptList().find((prompt) => prompt.name === name)?.arguments ?? [];
      expect(body.length).toBeGreaterThan(500);
      expect(await textOf(name, { [argument?.name ?? '']: 'THIS ONE' })).toBe(
        body.split('$ARGUMENTS').join('THIS ONE'),
      );
    },
  );

  it.each(['hotfix', 'incident-review', 'postmortem'])('%s works without the command files', async (name) => {
    const [argument] = promptList().find((prompt) => prompt.name === name)?.arguments ?? [];
    const text = await textOf(name, { [argument?.name ?? '']: `a "b" $1` }, [nowhere]);
    expect(text).toContain(`a "b" $1`);
    expect(text).toMatch(/create_hotfix_task|review_incidents|write_postmortem/);
  });

  it('treat inherited names as not given', async () => {
    expect(await textOf('hotfix', Object.create({ description: 'inherited' }), [nowhere])).not.toContain(
      'inherited',
    );
  });

  it.each(['deploy', '__proto__', '../hotfix', ''])('refuse the name %j', async (name) => {
    await expect(promptOf(name, {}, [here])).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('hotfix, incident-review, postmortem'),
    });
  });
});
