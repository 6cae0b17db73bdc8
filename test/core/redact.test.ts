import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';

const hash4 = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 4);
const DOLLAR = '$';
const redactor = createRedactor({ hash4 });
const redact = (text: string): string => redactor.redact(text).text;
/** The output with the hashes left out, for tables. */
const shape = (text: string): string =>
  redact(text).replace(/\[REDACTED:([a-z0-9-]+)#[0-9a-f]{4}\]/g, '‹$1›');

/** Random-looking fills, joined at run time so that no scanner takes this file for a leak. */
const A = 'A1b2C3d4E5f6G7h8J9k0';
const mixed = (length: number): string => A.repeat(9).slice(0, length);
const upper = (length: number): string => 'K7QWX3M5Z2'.repeat(9).slice(0, length);
const hex = (length: number): string => '9f8e7d6c5b4a3210'.repeat(9).slice(0, length);
const letters = (length: number): string => 'AbCdEfGhIj'.repeat(9).slice(0, length);
const jwt = ['ey' + 'JhbGciOiJIUzI1NiJ9', 'ey' + 'JzdWIiOiIxMjM0In0', mixed(43)].join('.');

describe('provider tokens', () => {
  const TOKENS: [string, string][] = [
    ['github-pat', `ghp_${mixed(36)}`],
    ['github-pat', `github_pat_${mixed(22)}_${mixed(59)}`],
    ['github-token', `gho_${mixed(36)}`],
    ['github-token', `ghs_${mixed(36)}`],
    ['github-token', `ghu_${mixed(36)}`],
    ['github-token', `ghr_${mixed(76)}`],
    ['gitlab-token', `glpat-${mixed(20)}`],
    ['aws-access-key', `AKIA${upper(16)}`],
    ['aws-access-key', `ASIA${upper(16)}`],
    ['slack-token', `xoxb-${'1234567890-'.repeat(2)}${mixed(24)}`],
    ['slack-token', `xapp-1-A0${upper(9)}-123456-${hex(32)}`],
    ['slack-webhook', `hooks.slack.com/services/T${upper(8)}/B${upper(8)}/${mixed(24)}`],
    ['stripe-key', `sk_live_${mixed(24)}`],
    ['stripe-key', `rk_live_${mixed(24)}`],
    ['stripe-key', `whsec_${mixed(32)}`],
    ['openai-key', `sk-${mixed(48)}`],
    ['openai-key', `sk-proj-${mixed(60)}`],
    ['anthropic-key', `sk-ant-api03-${mixed(93)}`],
    ['google-api-key', `AIza${mixed(35)}`],
    ['npm-token', `npm_${mixed(36)}`],
    ['pypi-token', `pypi-AgEIcHlwaS5vcmc${mixed(70)}`],
    ['sendgrid-key', `SG.${mixed(22)}.${mixed(43)}`],
    ['twilio-key', `SK${hex(32)}`],
    ['telegram-bot', `123456789:AA${mixed(33)}`],
    ['digitalocean-token', `dop_v1_${hex(64)}`],
    ['huggingface-token', `hf_${letters(34)}`],
    ['vault-token', `hvs.${mixed(24)}`],
    ['shopify-token', `shpat_${hex(32)}`],
    ['discord-token', `M${mixed(23)}.${mixed(6)}.${mixed(27)}`],
    ['jwt', jwt],
  ];
  const CARRIERS: [string, (token: string) => string][] = [
    ['alone', (token) => token],
    ['in a sentence', (token) => `the key (${token}), was used.`],
    ['in a JSON log', (token) => JSON.stringify({ level: 'info', msg: `leaked ${token}` })],
    ['after an escaped line end', (token) => `"log":"line\\n${token}\\nnext"`],
    ['in a URL', (token) => `GET /x?y=${token}&z=1 HTTP/1.1`],
    ['after a URL-encoded mark', (token) => `q%3D${token}`],
    ['in a diff', (token) => `+ ${token}`],
    ['coloured', (token) => `\u001b[32m${token}\u001b[0m done`],
    ['cut by a colour', (token) => `${token.slice(0, 7)}\u001b[1m${token.slice(7)}`],
    ['cut by a zero-width space', (token) => `${token.slice(0, 9)}\u200b${token.slice(9)}`],
    ['behind a coloured word', (token) => `level\u001b[0m${token}`],
  ];

  it.each(TOKENS)('%s is found in every carrier', (type, token) => {
    for (const [carrier, wrap] of CARRIERS) {
      const output = redact(wrap(token));
      expect(output, carrier).not.toContain(token.slice(-12));
      expect(output, carrier).not.toContain(token.slice(4, 16));
      expect(output, carrier).toContain('[REDACTED:');
    }
    expect(shape(token)).toBe(`‹${type}›`);
    expect(shape(`the key (${token}), was used.`)).toBe(`the key (‹${type}›), was used.`);
  });

  it('takes the whole token, also when it is longer than the known form', () => {
    expect(shape(`a ${`ghp_${mixed(50)}`}-tail b`)).toBe('a ‹github-pat› b');
  });

  it('reports what it took, and gives one value one token', () => {
    const token = `ghp_${mixed(36)}`;
    const { text, removed } = redactor.redact(
      `${token} and again ${token.slice(0, 9)}\u200b${token.slice(9)}`,
    );
    const expected = `[REDACTED:github-pat#${hash4(token)}]`;
    expect(text).toBe(`${expected} and again ${expected}`);
    expect(removed).toEqual([
      { type: 'github-pat', token: expected },
      { type: 'github-pat', token: expected },
    ]);
  });
});

describe('carriers', () => {
  const body = `${mixed(64)}\n${mixed(64)}\n${mixed(20)}==`;
  const begin = '-----BEGIN RSA PRIV' + 'ATE KEY-----';
  const end = '-----END RSA PRIV' + 'ATE KEY-----';
  it.each([
    ['a key', `a\n${begin}\n${body}\n${end}\nb`, 'a\n‹private-key›\nb'],
    ['an open key', `a\n${begin}\n${body}\nordinary line here`, 'a\n‹private-key›\nordinary line here'],
    ['an open key at the end', `${begin}\r\n${body}`, '‹private-key›'],
    ['a key in one line', `"${begin}\\n${mixed(64)}\\n${end}\\n"`, '"‹private-key›\\n"'],
    ['an open key in one line', `"${begin}\\n${mixed(64)}\\n${mixed(9)}", "x"`, '"‹private-key›", "x"'],
    ['two keys', `${begin}\n${body}\n${begin}\n${body}\n${end}`, '‹private-key›\n‹private-key›'],
    [
      'a PGP key',
      `-----BEGIN PGP PRIV${'ATE KEY BLOCK'}-----\n\n${body}\n-----END PGP PRIV${'ATE KEY BLOCK'}-----`,
      '‹private-key›',
    ],
    [
      'a URL',
      'postgres://app:s3cr3t@db.internal:5432/app',
      'postgres://‹url-credentials›@db.internal:5432/app',
    ],
    ['a URL with marks', 'amqp://u:p@ss:w#rd?@host/x', 'amqp://‹url-credentials›@host/x'],
    ['a URL with a token', `https://${hex(40)}@host/x`, 'https://‹url-credentials›@host/x'],
    ['a header', `Authorization: Bearer ${mixed(30)}`, 'Authorization: Bearer ‹authorization›'],
    ['basic auth', 'authorization: Basic dXNlcjpwYXNz', 'authorization: Basic ‹authorization›'],
    [
      'curl',
      `curl -H "Authorization: Token ${hex(40)}" https://x.test`,
      'curl -H "Authorization: Token ‹authorization›" https://x.test',
    ],
    [
      'JSON headers',
      `{"authorization":"Bearer ${mixed(30)}","x":1}`,
      '{"authorization":"Bearer ‹authorization›","x":1}',
    ],
    [
      'digest',
      'Authorization: Digest username="a", response="b"\nHost: x',
      'Authorization: Digest ‹authorization›\nHost: x',
    ],
    ['a bare bearer', `sent bearer ${mixed(24)} twice`, 'sent bearer ‹authorization› twice'],
    ['cookies', 'Cookie: sid=abc; theme="dark"; x=1\nHost: x', 'Cookie: ‹cookie›\nHost: x'],
    ['a set cookie', "curl -H 'Set-Cookie: sid=abc; Path=/' x", "curl -H 'Set-Cookie: ‹cookie›' x"],
    [
      'query values',
      'GET /a?id=7&access_token=abc123def&jwt=zzz999yyy HTTP',
      'GET /a?id=7&access_token=‹query-secret›&jwt=‹query-secret› HTTP',
    ],
    [
      'a signed URL',
      `https://x.test/o?X-Amz-Signature=${hex(64)}`,
      'https://x.test/o?X-Amz-Signature=‹query-secret›',
    ],
    [
      'an Azure connection',
      `AccountName=a;Account${'Key='}${mixed(86)}==;EndpointSuffix=x`,
      'AccountName=a;AccountKey=‹azure-account-key›;EndpointSuffix=x',
    ],
  ])('%s', (_what, input, output) => {
    expect(shape(input)).toBe(output);
  });
});

describe('assignments', () => {
  it.each([
    ['password=hunter2', 'password=‹password›'],
    ['DB_PASSWORD=swordfish', 'DB_PASSWORD=‹password›'],
    ['export API_KEY="abc def ghi"', 'export API_KEY="‹api-key›"'],
    ["client_secret: 'zzz-yyy'", "client_secret: '‹client-secret›'"],
    ['password: hunter2', 'password: ‹password›'],
    ['{"password":"p\\"w,d","user":"x"}', '{"password":"‹password›","user":"x"}'],
    ['{\\"password\\":\\"hunter2\\",\\"a\\":1}', '{\\"password\\":\\"‹password›\\",\\"a\\":1}'],
    ['"apiKey" : "abcdefgh"', '"apiKey" : "‹apikey›"'],
    ['user=a&password=hunter2&x=1', 'user=a&password=‹query-secret›&x=1'],
    ['Server=x;Password=a,b;c;Database=y', 'Server=x;Password=‹password›;Database=y'],
    ['connect(password=hunter2)', 'connect(password=‹password›)'],
    ['{password=hunter2, user=x}', '{password=‹password›, user=x}'],
    ['login --password hunter2 --user x', 'login --password ‹password› --user x'],
    ['login --auth-token=abc123 x', 'login --auth-token=‹auth-token› x'],
    ['<password>hunter2</password>', '<password>‹password›</password>'],
    ['the password is hunter2.', 'the password is ‹password›.'],
    ['"msg":"password=hunter2\\nnext"', '"msg":"password=‹password›\\nnext"'],
    [`aws_secret_access_key = ${mixed(40)}`, 'aws_secret_access_key = ‹secret-access-key›'],
    [`//registry.npmjs.org/:_authToken=${hex(36)}`, '//registry.npmjs.org/:_authToken=‹authtoken›'],
    [`"auth": "${mixed(40)}"`, '"auth": "‹auth›"'],
    [`MYSQL_PWD=x9 PGPASSWORD=zz9`, 'MYSQL_PWD=x9 PGPASSWORD=‹password›'],
    [`DB_PASS=zz9`, 'DB_PASS=‹pass›'],
    ['const token = "abc123def";', 'const token = "‹token›";'],
  ])('%s', (input, output) => {
    expect(shape(input)).toBe(output);
  });

  it.each([
    'token=<token>',
    'token=***',
    `token=${DOLLAR}{X}`,
    'token=$TOKEN',
    'password=$(cat /run/pw)',
    `secret: ${DOLLAR}{{ secrets.DEPLOY }}`,
    'token={{ token }}',
    'password=',
    'password: ""',
    'password: null',
    'token=expired',
    'token: invalid',
    'secret=[hidden]',
    '--token $TOKEN',
    'api_key: your-api-key',
    'const token = process.env.GITHUB_TOKEN;',
    'token = getToken()',
    'password: string;',
    'token: accessToken,',
    'token = options.token',
    'password_file=/run/secrets/db',
    'password: /run/secrets/db',
    'PWD=/home/app/src',
    'max_tokens=4096',
    'tokens: 120',
    'token=42',
    'unexpected token: }',
    'the password is wrong',
    'an unknown token is accepted** as the first',
    'query values `?token=`, `jwt=` and `password=` are read',
    'const token = /^[a-z0-9]{8,64}$/;',
    'Password: must be 8 characters',
    'password reset requested',
    'secret rotation finished',
    `key=${hex(40)}`,
    'key=logs/2026/11/20/app-0123.log.gz',
    `public_key=${mixed(44)}`,
    'session: 01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'https://user:***@host/x',
    'https://<user>:<password>@host/x',
    `https://${DOLLAR}{USER}:${DOLLAR}{PASS}@host`,
    'Authorization: Bearer <token>',
    'Authorization: Bearer $TOKEN',
    'The Authorization: header is missing',
    'Cookie: consent banner broken',
    '/cb?token=<token>&code=404',
  ])('leaves %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('ordinary text stays', () => {
  it.each([
    `commit ${hex(40)}`,
    `sha256:${hex(64)}`,
    `${hex(7)} fix: [HOTFIX] checkout`,
    `container ${hex(12)} exited (137)`,
    'id 550e8400-e29b-41d4-a716-446655440000',
    'event 01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'v1.24.3-rc.1+build.20261120',
    'typescript@7.0.2 @types/node@20.19.43 a@1.2.3-beta.rc',
    `integrity sha512-${mixed(86)}==`,
    'at /srv/app/node_modules/pg/lib/client.js:132:17',
    '2026-11-20T14:00:00.000Z [info] GET /api/v1/users/42 200 12ms',
    '2026-11-20 14:00:00,123 ERROR [http-nio-8080-exec-1] c.a.Login - timeout after 30000 ms',
    '10.0.0.12:5432 -> 203.0.113.7:443 fe80::1ff:fe23:4567:890a',
    'epoch 1763647200 1763647200123 1763647200123456789',
    'trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7',
    'order 4111111111111112 not found',
    'offset +01:00, delta +15%, +1234 lines',
    '@@ -10,5 +10,7 @@',
    'git@github.com:org/repo.git',
    'ssh://git@github.com/org/repo',
    'getty@tty1.service started',
    'icon@2x.png',
    'Users can\'t login - 500 "quoted" $(whoami)',
    'call 2026-11-20 14:00',
    'tel: 10.0.0.12',
    'DE44 500 errors',
    'sk-learn and task-force-one-two-three-four',
    'mask-image-repeat-x sk-some-long-css-class-name-here',
    'P0 🔥 checkout down, 12 % errors',
    'http://localhost:3000/x?key=users&code=404',
    `image: ghcr.io/org/app:1.2.3@sha256:${hex(64)}`,
    'ISBN 978-3-16-148410-0',
    'part 123-45-67890',
    "KeyError: 'user_id'",
    'key: value',
    'primary_key=id',
    'cache key=user:42:profile',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('personal data', () => {
  it.each([
    ['mail jane.doe+x@mail.example.co.uk now', 'mail ‹email› now'],
    ['<a@b.io>, c_d@e-f.org.', '<‹email›>, ‹email›.'],
    ['card 4111 1111 1111 1111 declined', 'card ‹card› declined'],
    ['card 4111-1111-1111-1111, 5555555555554444', 'card ‹card›, ‹card›'],
    ['amex 3782 822463 10005', 'amex ‹card›'],
    ['2026-11-20 4111 1111 1111 1111', '2026-11-20 ‹card›'],
    ['1234 4111 1111 1111 1111', '1234 ‹card›'],
    ['IBAN DE89 3704 0044 0532 0130 00 of', 'IBAN ‹iban› of'],
    ['GB29NWBK60161331926819', '‹iban›'],
    ['ssn 123-45-6789', 'ssn ‹ssn›'],
    ['ring +49 (30) 1234-5678 now', 'ring ‹phone› now'],
    ['+14155552671', '‹phone›'],
    ['phone: 030 1234567', 'phone: ‹phone›'],
    ['Tel. (415) 555-2671', 'Tel. ‹phone›'],
    ['"phone":"4155552671"', '"phone":"‹phone›"'],
  ])('%s', (input, output) => {
    expect(shape(input)).toBe(output);
  });

  it.each([
    '4111 1111 1111 1112',
    'DE88 3704 0044 0532 0130 00',
    '000-45-6789',
    '555-2671',
    '0301234567',
    'a@localhost',
  ])('leaves %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('IP addresses', () => {
  const open = createRedactor({ hash4, ips: 'public' });
  it('stay when nobody asks', () => {
    expect(redact('from 8.8.4.4 and 2a00:1450:4001::8a')).toBe('from 8.8.4.4 and 2a00:1450:4001::8a');
  });

  it('go when they can be reached from outside', () => {
    const { text } = open.redact('from 8.8.4.4:443 via 2a00:1450:4001::8a to [2606:4700::1111]:53');
    expect(text.replace(/#[0-9a-f]{4}/g, '')).toBe(
      'from [REDACTED:ip]:443 via [REDACTED:ip] to [[REDACTED:ip]]:53',
    );
  });

  it.each([
    '10.0.0.12 127.0.0.1 172.16.3.4 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1',
    '203.0.113.7 198.51.100.1 192.0.2.1 0.0.0.0 255.255.255.255 224.0.0.251',
    'v1.2.3.4-rc 1.2.3.4.5 999.1.1.1 fe80::1 fd00::1 ::1 2001:db8::1 20:26:11 release 1.22.333',
  ])('stay when they are private, reserved or none: %s', (text) => {
    expect(open.redact(text).text).toBe(text);
  });
});

describe('near a word for a credential', () => {
  const token = 'q7Xz2Lk9Vb4Nt8Rw3Jm6';
  it.each([
    ['prose', `the Acme API key ${token} was rejected`, 'the Acme API key ‹secret› was rejected'],
    [
      'a table',
      `| Vendor | API key |\n|---|---|\n| Acme | ${token} |`,
      '| Vendor | API key |\n|---|---|\n| Acme | ‹secret› |',
    ],
    ['CSV', `"vendor","token"\n"Acme","${token}"`, '"vendor","token"\n"Acme","‹secret›"'],
    ['a pair of lines', `- name: ACME_TOKEN\n  value: "${token}"`, '- name: ACME_TOKEN\n  value: "‹token›"'],
    ['a digest', `Acme token ${hex(40)} expired`, 'Acme token ‹secret› expired'],
  ])('%s', (_where, input, output) => {
    expect(shape(input)).toBe(output);
  });

  it.each([
    `token refreshed for user ${'550e8400-e29b-41d4-a716-446655440000'}`,
    `secret rotated in commit ${hex(40)}`,
    `API key of request ${hex(32)} is missing`,
    'webhook evt_1NG8Du2eZvKYlo2CUI79vXWy received',
    'token bucket checkout-service-v2.prod.example.internal is empty',
    '| key | value |\n|---|---|\n| region | eu-west-1 |',
    `the token was fine.\n${token}`,
  ])('leaves %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('a text that was looked through before', () => {
  it('is answered the same again, also when it holds a secret, and by values that are known now', () => {
    const secret = 'correct-horse-battery';
    const text = `the service answers ${secret}`;
    const before = createRedactor({ hash4: () => 'a1b2' });
    const after = createRedactor({
      hash4: () => 'a1b2',
      known_values: [{ name: 'PASSWORD', value: secret }],
    });
    for (let time = 0; time < 3; time++) {
      const clean = before.redact(text);
      expect(clean).toEqual({ text, removed: [] });
      // Whoever changes an answer changes no later one.
      clean.removed.push({ type: 'other', token: 'other' });
      expect(after.redact(text).text).not.toContain(secret);
      expect(after.redact(text).removed).toHaveLength(1);
    }
  });
});
