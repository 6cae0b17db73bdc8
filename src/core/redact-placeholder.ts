/** Words that stand where a secret would: states, types and the usual words of examples. */
const WORDS = new Set(
  `true false yes no on off null nil none undefined empty missing required optional invalid expired revoked unset set
  changed change changeme change-me unchanged rotated updated found unknown redacted hidden masked removed omitted
  secret password passwd token key value string str text number int integer bool boolean bytes any object array void
  your-token your-password your-secret your-api-key yourpassword example sample placeholder todo tbd n/a na xxx
  is was not and or but for the a an to of in be was has must should failed error ok denied rejected accepted valid
  unexpected mismatch incorrect wrong correct refreshed refused provided authentication from with when`.split(
    /\s+/,
  ),
);

const SHAPES = [
  /^[*.x•#_-]+$/i,
  /^<[^<>]*>?$/,
  /^\$?\{\{?[^{}]*\}{0,2}$/,
  /^\$\([^()]*\)?$/,
  /^\$[A-Za-z_]\w*$/,
  /^%[A-Za-z_]\w*%$/,
  /^%[sdvq]$/,
  /^\[[A-Za-z _-]*\]?$/,
  /^\(?[A-Za-z_-]+\)$/,
  /^(?:your|my|the|some|example)[-_][a-z_-]+$/i,
  /^vault:|^op:\/\/|^arn:aws:|^projects\/[\w-]+\/secrets\//,
];

/** True for what stands in for a secret in examples, templates and log lines: `<token>`, `***`, `${X}`, `expired`. */
export function isPlaceholder(value: string): boolean {
  if (value.length > 200) return false;
  const bare = value.replace(/[.,;:!?]+$/, '');
  return bare === '' || WORDS.has(bare.toLowerCase()) || SHAPES.some((shape) => shape.test(bare));
}
