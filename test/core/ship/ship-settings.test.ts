import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { SHIP_SETTINGS } from '../../../src/core/ship/ship-settings.ts';

const Settings = z.strictObject(SHIP_SETTINGS);
const isTaken = (settings: object) => Settings.safeParse(settings).success;

describe('the settings of shipping', () => {
  it('may all be there, or none', () => {
    const all = {
      checks: [{ name: 'test', command: ['npm', 'test'], timeout_s: 600 }],
      ...{
        setup: ['npm', 'ci'],
        test: ['npx', 'vitest', 'run', '{files}'],
        copy: ['.env.test', 'conf/a b.json'],
      },
      check_limits: { files: 10, lines: 200, layers: 3 },
      deploy: {
        ...{ branch: 'release/live', remote: 'origin', version_file: 'package.json', timeout_s: 900 },
        ...{
          command: ['./deploy.sh', '{tag}'],
          verify: ['./smoke.sh'],
          rollback_command: ['./deploy.sh', '{ref}'],
        },
      },
      ...{ long_lived: ['develop', 'release/*'], policy: { staging: 'off' } },
    };
    expect(Settings.parse(all)).toEqual(all);
    expect(Settings.parse({})).toEqual({});
  });

  it.each(['.env', 'a/b c/d.json', '.github/x', 'git/x', '日本/é.txt', '..x/y', 'a.git/x'])(
    'take the path %j',
    (path) => {
      expect(isTaken({ copy: [path] })).toBe(true);
      expect(isTaken({ deploy: { version_file: path } })).toBe(true);
    },
  );

  it.each([
    ...['', '/etc/passwd', '../x', 'a/../../x', 'a/..', './x', '.git', '.git/config', '.GIT/config'],
    ...['sub/.git/config', 'a//b', 'a/', 'C:/x', 'a\\b', 'a\nb', 'a\u202eb', '-rf', '--all', 'x'.repeat(201)],
  ])('refuse the path %j', (path) => {
    expect(isTaken({ copy: [path] })).toBe(false);
    expect(isTaken({ deploy: { version_file: path } })).toBe(false);
  });

  it.each([
    '',
    '-x',
    '--force',
    '.x',
    'a..b',
    'a b',
    'a:b',
    '+main:x',
    'a*',
    'a@{1}',
    'a//b',
    'a\u0007',
    'a~1',
    'a^',
  ])('refuse the branch %j', (branch) => {
    // A plus is legal in a name and means force in a refspec; ours always begin with an object.
    expect(isTaken({ deploy: { branch } })).toBe(false);
  });

  it.each([
    [{ checks: [{ name: 'test', command: 'npm test' }] }],
    [{ checks: [{ name: 'test', command: [] }] }],
    [{ checks: [{ name: 'Test', command: ['x'] }] }],
    [{ checks: [{ name: 'test', command: ['x'], shell: true }] }],
    [{ checks: [{ name: 'test', command: ['x'], timeout_s: 0 }] }],
    [{ deploy: { command: ['x', ''] } }],
    [{ deploy: { remote: '--upload-pack=x' } }],
    [{ deploy: { remote: 'https://example.com/x' } }],
    [{ deploy: { force: true } }],
    [{ long_lived: ['-x'] }],
    [{ long_lived: ['a b'] }],
    [{ check_limits: { files: 0 } }],
  ])('refuse %j', (settings) => {
    expect(isTaken(settings)).toBe(false);
  });
});
