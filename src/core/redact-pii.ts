import { eachMatch, type Finder, type Hit } from './redact-hit.ts';

const LOCAL = /[A-Za-z0-9._%+-]/;
const HOST = /[A-Za-z0-9.-]/;
/** Last labels that make `name@unit.service` or `icon@2x.png` no address. */
const NOT_A_DOMAIN =
  /\.(?:service|socket|timer|mount|target|slice|scope|device|path|png|jpe?g|gif|svg|webp|css|[cm]?js|tsx?|json|ya?ml|md|conf|log|sh|py|rb|go|rs)$/i;

/** E-mail addresses: both sides of every `@`. */
const findEmails: Finder = (text) => {
  const hits: Hit[] = [];
  /** `user:password@host` is no address. */
  const userinfoEnds = new Set<number>();
  eachMatch(text, /:\/\/[^\s/?#"'`<>]+@/g, (match) => {
    userinfoEnds.add(match.index + match[0].length - 1);
    return match.index + match[0].length;
  });
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && LOCAL.test(text[start - 1] ?? '')) start -= 1;
    let end = at + 1;
    while (end < text.length && end - at < 255 && HOST.test(text[end] ?? '')) end += 1;
    while (/[.-]/.test(text[end - 1] ?? '')) end -= 1;
    while (start < at && /[.%+-]/.test(text[start] ?? '')) start += 1;
    const local = text.slice(start, at);
    const domain = text.slice(at + 1, end);
    const isHostLogin = local === 'git' || userinfoEnds.has(at);
    if (local !== '' && !isHostLogin && isDomain(domain)) hits.push({ type: 'email', start, end });
  }
  return hits;
};

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})$/.test(label)) &&
    /^(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/.test(labels.at(-1) ?? '') &&
    // `package@1.2.3-beta.rc` is a version.
    !/^\d+\.\d+\./.test(domain) &&
    !NOT_A_DOMAIN.test(domain)
  );
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Issuer ranges with their lengths; other digit runs are ids and times. Source: ISO/IEC 7812 registrations. */
const ISSUERS = [
  /^4\d{15}(?:\d{3})?$/,
  /^5[1-5]\d{14}$/,
  /^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[68]\d)\d{11}$/,
  /^6(?:011|5\d\d|4[4-9]\d)\d{12}$/,
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /^(?:62|81)\d{14}$/,
];
const CARD =
  /(?<![0-9A-Za-z])(?<![0-9][.,-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{14,16})(?![0-9A-Za-z]|[.,]\d)/g;

const findCards: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, CARD, (match) => {
    const digits = match[0].replace(/\D/g, '');
    if (!passesLuhn(digits) || !ISSUERS.some((issuer) => issuer.test(digits))) return match.index + 1;
    const end = match.index + match[0].length;
    hits.push({ type: 'card', start: match.index, end });
    return end;
  });
  return hits;
};

/** Length of an IBAN per country. Source: SWIFT IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 ' +
    'SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

function isIban(compact: string): boolean {
  let rest = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const findIbans: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ ]?[A-Z0-9])/g, (match) => {
    const length = IBAN_LENGTHS[match[0].slice(0, 2)] ?? 0;
    let compact = '';
    let end = match.index;
    while (compact.length < length && /[A-Z0-9 ]/.test(text[end] ?? '')) {
      if (text[end] !== ' ') compact += text[end];
      end += 1;
    }
    const isWhole = length > 0 && compact.length === length && !/[A-Za-z0-9]/.test(text[end] ?? '');
    if (!isWhole || !isIban(compact)) return match.index + 1;
    hits.push({ type: 'iban', start: match.index, end });
    return end;
  });
  return hits;
};

const SSN = /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g;

const findSsns: Finder = (text) => {
  const hits: Hit[] = [];
  eachMatch(text, SSN, (match) => {
    hits.push({ type: 'ssn', start: match.index, end: match.index + match[0].length });
    return match.index + match[0].length;
  });
  return hits;
};

const PLUS_PHONE = /(?<![\w+.)-])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?![\w+]|[.:-]\d)/y;
const WORD_PHONE =
  /(?<![A-Za-z0-9])(?:(?:tele)?phone|tel|mobile|cell|call|fax|whatsapp|sms)(?: (?:number|no))?["']?[ .:=#]{1,3}["']?(\(?\d(?:[ ().-]{0,2}\d){6,14})(?![\w+]|[.:-]\d)/iy;
/** What the scan of a text has to mark for it. */
export const PHONE_STARTS: readonly string[] = ['pho', 'tel', 'mob', 'cel', 'cal', 'fax', 'wha', 'sms'];
/** Dates, addresses and plain numbers that a phone word may stand before. */
const NOT_A_PHONE = /^\d{4}-\d{2}-\d{2}|^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Phone numbers with `+` and country code, or after a word that announces one. */
const findPhones: Finder = (text, scan) => {
  const hits: Hit[] = [];
  for (let at = text.indexOf('+'); at !== -1; at = text.indexOf('+', at + 1)) {
    PLUS_PHONE.lastIndex = at;
    const match = PLUS_PHONE.exec(text);
    if (match !== null) hits.push({ type: 'phone', start: at, end: at + match[0].length });
  }
  for (const at of scan.words) {
    WORD_PHONE.lastIndex = at;
    const match = WORD_PHONE.exec(text);
    const number = match?.[1] ?? '';
    if (match === null || NOT_A_PHONE.test(number)) continue;
    const end = at + match[0].length;
    hits.push({ type: 'phone', start: end - number.length, end });
  }
  return hits;
};

/** Personal data with a form that can be checked. Names and street addresses have none: a reviewer looks for them. */
export const PII_FINDERS: readonly Finder[] = [findEmails, findCards, findIbans, findSsns, findPhones];

const IPV4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;
/** Not reachable from outside, or written in documentation. Source: IANA special-purpose address registry. */
const SPECIAL =
  /^(?:0|10|127)\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.(?:168\.|0\.[02]\.)|^198\.(?:1[89]\.|51\.100\.)|^203\.0\.113\.|^(?:22[4-9]|2[345]\d)\./;
/** Public addresses begin with 2 or 3; 2001:db8 is documentation. */
const IPV6 = /(?<![\w:.-])(?!2001:0?db8:)[23][0-9a-f]{3}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;

/** IP addresses that anybody can reach; private and reserved ones are part of what happened. */
export const findPublicIps: Finder = (text) => {
  const hits: Hit[] = [];
  const take = (match: RegExpExecArray): number => {
    const end = match.index + match[0].length;
    hits.push({ type: 'ip', start: match.index, end });
    return end;
  };
  eachMatch(text, IPV4, (match) => {
    const isAddress = match[0].split('.').every((part) => Number(part) <= 255 && !/^0\d/.test(part));
    return isAddress && !SPECIAL.test(match[0]) ? take(match) : match.index + match[0].length;
  });
  eachMatch(text, IPV6, take);
  return hits;
};
