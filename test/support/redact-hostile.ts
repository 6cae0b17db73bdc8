const mixed = (length: number): string => 'A1b2C3d4E5f6G7h8J9k0'.repeat(9).slice(0, length);
/** Joined at run time, so that no scanner takes this file for a leak. */
const BEGIN = `-----BEGIN PRIV${'ATE KEY-----'}`;
const PAT = `gh${'p_'}${mixed(36)}`;

/** Repeated over a whole text, each would be slow for a rule that looks back or ahead without an end. */
export const HOSTILE: readonly string[] = [
  ...[
    'xo' + 'xb-',
    'ey' + 'J.',
    'ey' + 'Ja',
    '-ey' + 'Jaaaaaaaaaaaa',
    'ey' + 'Jaaaaaaaa.',
    '\\ney' + 'Jaaaaaaaa',
  ],
  ...['a', '0', 'A', 'aaaaaaaaaaaaaaaa/', 'aaaaaaaaaaaaaaaa.', 'a0', 'A1b2', 'A1b2C3d4E5f6G7h8 '],
  ...['-----BEGIN', BEGIN, `${BEGIN}\r`, `${BEGIN}\n`, `${BEGIN}\nAAAA\n`],
  ...[`x${PAT}`, PAT, 'gh' + 'p_', '\\n', '://a:', '://', '@', 'a@', 'a@b.', 'a@b.io ', 'whs' + 'ec_'],
  ...[
    '1 ',
    '4111 ',
    '+1',
    '+1 ',
    'phone 1',
    'phone ',
    '123-45-6789-',
    'DE44',
    'DE44 ',
    '1.2.3.4',
    '2001:',
    '255.',
  ],
  ...['password=', 'password="', 'password=\'\\"', 'password>', 'key=', 'key=,', 'key=a1,', 'token=<'],
  ...['token: \\"', '--password ', '--a-', '--app-key ', 'ENV APP_KEY ', 'APP_KEY=', 'password\n value:'],
  ...['Cookie: a=b ', "'Cookie: a=b ", 'Authorization: Bearer ', 'Authorization: ', 'Digest'],
  ...[
    'bearer aaaaaaaaaaaaaaaaa ',
    '?token=a',
    '&key=',
    'hooks.slack.com/services/',
    '12345678:AA',
    'sk_live_',
  ],
  ...[
    '\u001b[',
    '\u001b]',
    '\\u001b[',
    '\u200b',
    'a\u200b',
    '[REDACTED:',
    '[REDACTED:x#00ff]',
    '[UNSCANNED 1',
  ],
  ...[
    '[REDACTED:x#00ff]password=',
    ' ',
    '\n',
    '.',
    '-',
    '+',
    '/',
    '\\',
    `M${mixed(23)}.`,
    '\uE000',
    '\uE001',
  ],
  ...[
    '%41',
    '%',
    '\\u0041',
    '\\"',
    '&#x41;',
    '&amp;',
    '%0a',
    'a%41 ',
    'QUJD',
    'QUJD=',
    'QUJDREVGR0hJSktMTU5PUA== ',
  ],
  ...[
    'key,',
    'key,key\n',
    '| key |\n',
    '"token","a"\n',
    'key\t',
    'key|\n|',
    'a,key\nA1b2C3d4E5f6G7h8,A1b2C3d4E5f6G7h8\n',
  ],
  ...[
    'token A1b2C3d4E5f6G7h8 ',
    'secret ',
    'token 0123456789abcdef0123456789abcdef ',
    'a1\n',
    'a1\n  a1',
    'a1=\n',
    'a1\\\n',
  ],
  ...[
    `${mixed(40)}\n`,
    `password=${mixed(40)}\n`,
    `${mixed(79)}\n`,
    'AccountKey=',
    'Q~',
    'FlyV1 fm2_',
    'A'.repeat(20),
  ],
];

export function hostileText(seed: string, length: number): string {
  return seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
}

/** Known values that the texts above nearly hold. */
export const HOSTILE_KNOWN = ['aaaaaaaaaaaaaaab', 'AAAAAAAAAAAA', 'QUJDREVGabc'].map((value, index) => ({
  name: `K${index}`,
  value,
}));
