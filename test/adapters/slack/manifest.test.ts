import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { SLACK_SCOPES } from '../../../src/adapters/slack/check.ts';
import { COMMAND } from '../../../src/hub/slack-command.ts';

const read = (path: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8'));

/** The schema is of draft 4, whose `id` is `$id` today. */
function checker() {
  const { id: _id, $schema: _schema, ...schema } = read('test/contracts/slack-app-manifest.schema.json');
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv.compile(schema);
}

describe('the app manifest', () => {
  const manifest = read('integrations/slack-manifest.json');

  it('is one by the schema, which finds what is wrong', () => {
    const check = checker();
    expect(check(manifest), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...manifest, displayinformation: {} })).toBe(false);
    expect(check({ ...manifest, oauth_config: { scopes: { bot: 'chat:write' } } })).toBe(false);
  });

  it('asks for what doctor looks for, and for nothing more', () => {
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual(SLACK_SCOPES.toSorted());
    expect(manifest.oauth_config.scopes.user).toBeUndefined();
  });

  it('has our command and one address', () => {
    expect(manifest.features.slash_commands).toMatchObject([{ command: COMMAND, should_escape: false }]);
    const { event_subscriptions, interactivity } = manifest.settings;
    expect([event_subscriptions.request_url, interactivity.request_url]).toEqual(
      Array(2).fill(manifest.features.slash_commands[0].url),
    );
    expect(manifest.settings.token_rotation_enabled).toBe(false);
  });
});
