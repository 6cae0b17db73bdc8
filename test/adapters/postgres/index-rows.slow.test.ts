import { expect, it } from 'vitest';
import { expectSameAnswers, opening } from '../../support/index-kit.ts';
import { newUid, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

describeIf('postgres')('the index of the team record', () => {
  const database = useTeamDatabase();

  it('says what reading everything says, whichever process wrote', async () => {
    const { open } = database();
    const log = () => open({ workspace: 'index/same' });
    await expectSameAnswers(log(), log(), log);
  });

  it('counts an incident as owing until somebody has said otherwise, and looks for no odd slug', async () => {
    const { admin, open } = database();
    const log = open({ workspace: 'index/odd' });
    const uid = newUid();
    await log.append(request(uid, opening(1)));
    expect(await log.index.withSlug(`case-1" or '`)).toEqual([]);
    expect(await log.index.withSlug('case')).toEqual([]);
    expect(await log.index.withSlug('case-1')).toEqual([uid]);
    expect(await log.index.owing()).toEqual([]);
    // As a row from before the column.
    await admin`
      update hotfix_pulse.incident set is_open = false, owes = default where workspace = 'index/odd'`;
    expect(await log.index.owing()).toEqual([uid]);
    expect(await open({ workspace: 'index/other' }).index.withNumber([1])).toEqual([]);
  });
});
