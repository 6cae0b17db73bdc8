import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAbove, nextAfterFile, nextVersion } from '../../../src/core/ship/next-version.ts';
import { versionIn, withVersion } from '../../../src/core/ship/version-file.ts';

describe('the next version', () => {
  it.each<[string, string[], string, string]>([
    ['with a v', ['v1.4.0', 'v1.3.9'], 'v1.4.1', '1.4.1'],
    ['without', ['1.4.0'], '1.4.1', '1.4.1'],
    ['as numbers, not as text', ['v1.9.0', 'v1.10.0'], 'v1.10.1', '1.10.1'],
    ['of two parts', ['v1.4'], 'v1.4.1', '1.4.1'],
    ['of four parts', ['1.2.3.4'], '1.2.3.5', '1.2.3.5'],
    ['of a family', ['app@1.2.3'], 'app@1.2.4', '1.2.4'],
    ['of a scoped family', ['@acme/app@1.2.3'], '@acme/app@1.2.4', '1.2.4'],
    ['of a prefix', ['release-1.2.3'], 'release-1.2.4', '1.2.4'],
    ['of a folder', ['rel/v1.2.3'], 'rel/v1.2.4', '1.2.4'],
    ['of a pre-release, which is none', ['v1.4.0', 'v1.5.0-rc.1'], 'v1.4.1', '1.4.1'],
    ['of build metadata, which is left off', ['v1.4.0+build.7'], 'v1.4.1', '1.4.1'],
    ['of a date', ['2024.01.15'], '2024.01.15.1', '2024.01.15.1'],
    ['after the second patch of a day', ['2024.01.15', '2024.01.15.1'], '2024.01.15.2', '2024.01.15.2'],
    ['of a calendar version without padding', ['24.4.1'], '24.4.2', '24.4.2'],
    ['past deploy marks', ['deploy-2024-01-15', 'v1.0.0'], 'v1.0.1', '1.0.1'],
    ['when the v came later', ['1.3.0', 'v1.4.0'], 'v1.4.1', '1.4.1'],
    ['of the plain family first', ['app@9.0.0', 'v1.0.0'], 'v1.0.1', '1.0.1'],
  ])('%s', (_, released, tag, version) => {
    expect(nextVersion(released, released)).toMatchObject({ tag, version });
  });

  it('passes over what is taken, whatever its spelling', () => {
    expect(nextVersion(['v1.4.0'], ['v1.4.0', '1.4.1', 'v1.4.2+hotfix'])).toEqual({
      ...{ tag: 'v1.4.3', version: '1.4.3', from: 'v1.4.0' },
    });
  });

  it('stays in the line that is deployed', () => {
    expect(nextVersion(['v1.3.2'], ['v1.3.2', 'v1.4.0', 'v2.0.0'])).toMatchObject({ tag: 'v1.3.3' });
  });

  it('lets the base settle the family, and guesses none', () => {
    const tags = ['app@1.2.3', 'web@4.0.0'];
    expect(nextVersion(tags, tags, 'web@4.0.0')).toMatchObject({ tag: 'web@4.0.1' });
    expect(nextVersion(tags, tags)).toEqual({ none: 'several_families', families: ['app@', 'web@'] });
  });

  it.each([[['v1.5.0-rc.1']], [['deploy-7']], [[]]])('counts from no release: %j', (tags) => {
    expect(nextVersion(tags, tags)).toEqual({ none: 'no_release', families: [] });
  });

  it('counts from a version file where nothing was tagged', () => {
    expect(nextAfterFile('1.4.0-SNAPSHOT', ['v1.4.1'])).toMatchObject({ tag: 'v1.4.2', from: null });
    expect(nextAfterFile('banana', [])).toEqual({ none: 'no_release', families: [] });
  });

  it('is always above what was released, and free', () => {
    const part = fc.nat({ max: 30 });
    const tag = fc.tuple(part, part, part).map(([a, b, c]) => `v${a}.${b}.${c}`);
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 8 }), fc.array(tag), (released, more) => {
        const next = nextVersion(released, [...released, ...more]);
        if (!('tag' in next)) throw new Error('there is a release');
        expect([...released, ...more]).not.toContain(next.tag);
        for (const one of released) expect(isAbove(next.tag, one)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a version file', () => {
  const poetry = '[tool.poetry]\nname = "x"\nversion = \'1.4.0\' # here\n\n[tool.x]\nversion = "1.4.0"\n';
  const cargo =
    '[[bin]]\nversion = "1.4.0"\n[package]\r\nname = "x"\r\nversion   = "1.4.0"\r\n[dependencies]\nserde = { version = "1.4.0" }\n';
  it.each<[string, string, string]>([
    [
      'package.json',
      '{\n\t"deps": {"version": "1.4.0"},\n\t"a": ["version", "1.4.0"],\n\t"version":"1.4.0"\n}',
      '{\n\t"deps": {"version": "1.4.0"},\n\t"a": ["version", "1.4.0"],\n\t"version":"1.4.1"\n}',
    ],
    [
      'web/package.json',
      '{"x": "\\"version\\": \\"1.4.0\\"", "version" : "v1.4.0"}\r\n',
      '{"x": "\\"version\\": \\"1.4.0\\"", "version" : "v1.4.1"}\r\n',
    ],
    ['Cargo.toml', cargo, cargo.replace('version   = "1.4.0"', 'version   = "1.4.1"')],
    ['pyproject.toml', poetry, poetry.replace("'1.4.0'", "'1.4.1'")],
    ['VERSION', '1.4.0', '1.4.1'],
    ['version.txt', '\uFEFF v1.4.0-SNAPSHOT \r\n', '\uFEFF v1.4.1 \r\n'],
  ])('%s changes in its version alone', (path, text, wanted) => {
    expect(withVersion(path, text, '1.4.1')).toMatchObject({ text: wanted });
    expect(versionIn(path, wanted)).toMatch(/^v?1\.4\.1$/);
  });

  it.each<[string, string, string]>([
    ['package.json', '{"name": "x"}', 'not_found'],
    ['package.json', '[{"version": "1.0.0"}]', 'not_found'],
    ['package.json', '{"version": "workspace:*"}', 'not_a_version'],
    ['Cargo.toml', '[package]\nversion.workspace = true\n', 'elsewhere'],
    ['pyproject.toml', '[project]\ndynamic = ["version"]\n[tool.x]\nversion = "1.0.0"', 'elsewhere'],
    ['VERSION', '1.4.0\nsecond line\n', 'not_found'],
    ['VERSION', '2.0.0-dev\n', 'higher'],
    ['VERSION', '1.4.1\n', 'same'],
    ['VERSION', '', 'not_found'],
  ])('%s stays as it is: %j is %s', (path, text, problem) => {
    expect(withVersion(path, text, '1.4.1')).toEqual({ problem });
  });
});
