import { describe, expect, it } from 'vitest';
import { repeatsOf } from '../../../src/core/review/repeats.ts';
import { pathsIn, touchedFiles } from '../../../src/core/touched-files.ts';
import { story } from '../../support/events.ts';
import { another, folded } from '../../support/review-kit.ts';

const caused = (n: number, text: string) => another(n).add('cause_identified', { text });

describe('what repeats', () => {
  it('puts causes in like words together, and leaves single ones out', () => {
    const found = repeatsOf(
      folded(
        caused(1, 'The connection pool of the payment client was too small'),
        caused(2, 'Certificate of the API gateway had expired'),
        caused(3, 'Connection pool of the payment client too small for retries'),
        another(4),
      ),
    );
    expect(found.causes).toEqual([
      {
        what: 'The connection pool of the payment client was too small',
        n: 2,
        incidents: ['hotfix-001', 'hotfix-003'],
      },
    ]);
  });

  it('counts a file once per incident, a source and its compiled form as one', () => {
    const found = repeatsOf(
      folded(
        caused(1, 'src/auth.ts reads the token twice; see src/auth.ts:12'),
        caused(2, 'Null in src/auth.js').add('fix_committed', { text: 'Guard in lib/token.go' }),
        another(3).add('hypothesis_stated', { text: 'Perhaps lib/token.go' }),
      ),
    );
    expect(found.files).toEqual([{ what: 'src/auth.ts', n: 2, incidents: ['hotfix-001', 'hotfix-002'] }]);
  });

  it('counts how it was noticed, whatever the case', () => {
    const noticed = (n: number, value: string) =>
      another(n).add('fact_recorded', { data: { name: 'detected_by', value } });
    expect(
      repeatsOf(folded(noticed(1, 'customer'), noticed(2, 'Customer'), noticed(3, 'alert'))).detected_by,
    ).toEqual([
      { what: 'customer', n: 2, incidents: ['hotfix-001', 'hotfix-002'] },
      { what: 'alert', n: 1, incidents: ['hotfix-003'] },
    ]);
  });

  it('names at most twelve incidents of a repeat', () => {
    const many = Array.from({ length: 30 }, (_, i) => caused(i + 1, 'DNS of the provider failed'));
    const [first] = repeatsOf(folded(...many)).causes;
    expect(first).toMatchObject({ n: 30 });
    expect(first?.incidents).toHaveLength(12);
  });
});

describe('files of an incident', () => {
  it.each([
    ['src/auth.js:12 reads the token', ['src/auth.js']],
    ['see https://example.org/a/b.html and and/or 24/7, v1.4.0, e.g. this', []],
    ['Node.js 20 and config.yml', ['config.yml']],
    ['api.example.com was slow', []],
  ])('in %j: %j', (text, paths) => {
    expect(pathsIn(text)).toEqual(paths);
  });

  it('takes those of plans and of what was changed', () => {
    const plan = { files: [{ path: 'db/users.sql', change: 'modified' }] };
    const one = story('P1')
      .add('rollback_planned', { data: { plan } as object })
      .add('fact_recorded', { data: { name: 'what_changed', value: 'Released app/cart.py' } })
      .add('noted', { text: 'Looked at README.md' });
    expect(touchedFiles(one.fold())).toEqual(['db/users.sql', 'app/cart.py']);
  });
});
