import { eachMatch, type Finder, type Hit, isTokenStart, runEnd } from './redact-hit.ts';
import { isPlaceholder } from './redact-placeholder.ts';
import { looksRandom } from './redact-random.ts';

/** Larger keys do not exist; an END further away belongs to something else. */
const LONGEST_KEY = 32 * 1024;
const KEY_LINE =
  /^[\s>|+-]*(?:[A-Za-z0-9+/=]{1,128}|(?:Proc-Type|DEK-Info|Comment|Version):.{0,200})?\\?\s*$/;

/** PEM and PGP private keys, whole; without an END line as far as lines look like key material. */
const findPrivateKeys: Finder = (text) => {
  const hits: Hit[] = [];
  let nextEnd = -1;
  eachMatch(text, /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g, (match) => {
    const body = match.index + match[0].length;
    if (nextEnd < body) {
      nextEnd = text.indexOf('-----END ', body);
      if (nextEnd === -1) nextEnd = text.length + LONGEST_KEY;
    }
    const nextBegin = text.slice(body, Math.min(nextEnd, body + LONGEST_KEY)).indexOf('-----BEGIN ');
    const isClosed = nextBegin === -1 && nextEnd - body <= LONGEST_KEY;
    const end = isClosed ? closingEnd(text, nextEnd) : openKeyEnd(text, body);
    hits.push({ type: 'private-key', start: match.index, end });
    return end;
  });
  return hits;
};

function closingEnd(text: string, index: number): number {
  const closing = /^-----END [A-Z0-9 ]{0,60}-{0,5}/.exec(text.slice(index, index + 80));
  return index + (closing?.[0].length ?? 0);
}

function openKeyEnd(text: string, body: number): number {
  const limit = Math.min(text.length, body + LONGEST_KEY);
  // The rest of the line: a key in one line has its line ends written as `\n`.
  let end = body;
  while (end < limit && /[A-Za-z0-9+/=\\]/.test(text[end] ?? '')) end += 1;
  while (end < limit && (text[end] === '\n' || text[end] === '\r')) {
    const line = text.slice(end + 1, limit).split('\n', 1)[0] ?? '';
    const lineEnd = end + 1 + line.length;
    if (!KEY_LINE.test(line)) break;
    end = lineEnd;
  }
  return end;
}

/** A run of the class is read once only: the dot that separates the parts is not in it. */
const JWT = /(?:(?<![\w-])|(?<=\\[nrt]|%[0-9A-Fa-f]{2}))eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}/y;
export const JWT_START = 'eyJ';

/** Tokens of RFC 7519. */
export const findJwts: Finder = (text, scan) => {
  const hits: Hit[] = [];
  let end = 0;
  for (const start of scan.prefixes) {
    if (start < end || !text.startsWith(JWT_START, start)) continue;
    JWT.lastIndex = start;
    const match = JWT.exec(text);
    if (match === null) continue;
    end = start + match[0].length;
    hits.push({ type: 'jwt', start, end });
  }
  return hits;
};

/** `scheme://user:password@host`; a user alone only when it looks like a token. */
const findUrlCredentials: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, /:\/\/([^\s/"'`<>]+)@/g, (match) => {
    const userinfo = match[1] ?? '';
    const start = match.index + 3;
    const colon = userinfo.indexOf(':');
    const password = colon === -1 ? '' : userinfo.slice(colon + 1);
    const isSecret = colon === -1 ? isLongToken(userinfo) : password !== '' && !isPlaceholder(password);
    if (isSecret) hits.push({ type: 'url-credentials', start, end: start + userinfo.length });
    return start + userinfo.length;
  });
  return hits;
};

function isLongToken(value: string): boolean {
  return looksRandom(value) || /^[0-9a-f]{32,}$/.test(value);
}

const AUTH_SCHEME =
  /(?:Bearer|Basic|Token|ApiKey|Api-Key|Negotiate|NTLM|Digest|AWS4-HMAC-SHA256|SharedKey|GenieKey|Splunk|Bot)[ \t]{1,4}/iy;
const WHOLE_LINE_SCHEME = /^(?:Digest|AWS4)/i;

/** Where the value of a header ends: at the quote around the header or the value, else with its line. */
function headerEnd(text: string, name: number, value: number): number {
  const quote = [text[value - 1], text[name - 1]].find((char) => char === '"' || char === "'");
  const closing = quote === undefined ? /[\r\n]/g : quote === '"' ? /[\r\n"]/g : /[\r\n']/g;
  closing.lastIndex = value;
  const end = closing.exec(text)?.index ?? text.length;
  return text[end] === quote && text[end - 1] === '\\' ? end - 1 : end;
}

const HEADER = /(?:authorization|cookie)\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?/iy;

/** `Authorization:` and `Cookie:` headers as sent, in curl lines and in JSON; the scheme stays readable. */
const findHeaders: Finder = (text, scan) => {
  const hits: Hit[] = [];
  let next = 0;
  for (const at of scan.words) {
    if (at < next) continue;
    HEADER.lastIndex = at;
    const match = HEADER.exec(text);
    if (match === null) continue;
    const start = at + match[0].length;
    const before = /(?:proxy|set)-$/i.exec(text.slice(Math.max(0, at - 6), at))?.[0] ?? '';
    const isCookie = /^cookie/i.test(match[0]);
    const hit = isCookie
      ? cookieAt(text, at - before.length, start)
      : credentialAt(text, at - before.length, start);
    next = Math.max(start, hit?.end ?? 0);
    if (hit?.isSecret === true) hits.push({ type: hit.type, start: hit.start, end: hit.end });
  }
  return hits;
};

type HeaderValue = (Hit & { isSecret: boolean }) | null;

/** A sentence about cookies has no `name=value`. */
function cookieAt(text: string, name: number, start: number): HeaderValue {
  if (!/^[^\s=;"',]{1,256}=[^\s;]/.test(text.slice(start, start + 300))) return null;
  return { type: 'cookie', start, end: headerEnd(text, name, start), isSecret: true };
}

function credentialAt(text: string, name: number, start: number): HeaderValue {
  AUTH_SCHEME.lastIndex = start;
  const scheme = AUTH_SCHEME.exec(text)?.[0] ?? '';
  const from = start + scheme.length;
  const end = WHOLE_LINE_SCHEME.test(scheme) ? headerEnd(text, name, start) : credentialEnd(text, from);
  const value = text.slice(from, end);
  const isLong = scheme === '' ? value.length >= 8 && /[0-9]/.test(value) : value.length >= 6;
  return { type: 'authorization', start: from, end, isSecret: isLong && !isPlaceholder(value) };
}

const CREDENTIAL = /[^\s"'`,;<>\\]*/y;

function credentialEnd(text: string, from: number): number {
  CREDENTIAL.lastIndex = from;
  return from + (CREDENTIAL.exec(text)?.[0].length ?? 0);
}

/** `Bearer <credential>` without its header. */
const findBearers: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, /bearer[ \t]{1,4}(?=[A-Za-z0-9._~+/=-]{16})/gi, (match) => {
    const start = match.index + match[0].length;
    const end = runEnd(text, start, '.~+/=');
    const value = text.slice(start, end);
    if (isTokenStart(text, match.index) && /[0-9]/.test(value))
      hits.push({ type: 'authorization', start, end });
    return end;
  });
  return hits;
};

const QUERY =
  /[?&](?:access_?token|refresh_token|id_token|auth_?token|token|jwt|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|api_?key|apikey|key|code|secret|client_secret|password|passwd|pwd|auth)=/gi;
/** Names that are ordinary words too: only a long value counts. */
const WEAK_QUERY = /^.(?:sig|signature|key|code|auth)=/i;

/** Secret values in the query of a URL. */
const findQueryValues: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, QUERY, (match) => {
    const start = match.index + match[0].length;
    const rest = /[^\s&#"'`<>\\)\]}]*/y;
    rest.lastIndex = start;
    const value = rest.exec(text)?.[0] ?? '';
    const isSecret = WEAK_QUERY.test(match[0])
      ? value.length >= 16 && /[0-9]/.test(value)
      : value.length >= 6;
    if (isSecret && !isPlaceholder(value))
      hits.push({ type: 'query-secret', start, end: start + value.length });
    return start + value.length;
  });
  return hits;
};

/** Secrets known by where they stand. */
export const CARRIER_FINDERS: readonly Finder[] = [
  findPrivateKeys,
  findUrlCredentials,
  findHeaders,
  findBearers,
  findQueryValues,
];
