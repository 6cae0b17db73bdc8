import { createHash } from 'node:crypto';
import { CARRIERS, type Carrier } from './redact-carriers.ts';
import { drawer, type ProviderForm, tokenOf } from './redact-providers.ts';

export const hash4 = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 4);

export interface Cell {
  provider: ProviderForm;
  carrier: Carrier;
  token: string;
  text: string;
}

/** Every provider in every carrier, with a token of its own each time. */
export function gridOf(providers: readonly ProviderForm[], carriers: readonly Carrier[] = CARRIERS): Cell[] {
  return providers.flatMap((provider) =>
    carriers.map((carrier) => {
      const token = tokenOf(provider.form, drawer(`${provider.id}/${carrier.id}`));
      return { provider, carrier, token, text: carrier.wrap(token, provider) };
    }),
  );
}

/** Nothing of the token is left: whole tokens go, never a part. */
export function isGone(token: string, output: string): boolean {
  const plain = output.replace(/\[REDACTED:[^\]]*\]/g, '\n');
  for (let at = 0; at + 8 <= token.length; at += 4) {
    const piece = token.slice(at, at + 8);
    // A prefix that everybody knows is no secret.
    if (/\d/.test(piece) && /[A-Za-z]/.test(piece) && plain.includes(piece)) return false;
  }
  return !plain.includes(token);
}

export function recallOf(cells: readonly Cell[], redact: (text: string) => string): number {
  return cells.filter(({ token, text }) => isGone(token, redact(text))).length / cells.length;
}
