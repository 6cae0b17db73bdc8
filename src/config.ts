import * as z from 'zod/v4';
import { type ActionSettings, DEFAULT_ACTIONS, PRIORITY_WEEKS } from './core/action-items.ts';
import { PulseError } from './core/errors.ts';
import { OUTWARD_SETTINGS, type OutwardSettings } from './core/outward/services.ts';
import { buildMatrix, type Matrix, MatrixOverride, PRESETS, type PresetName } from './core/severity.ts';
import { SHIP_SETTINGS, type ShipSettings } from './core/ship/ship-settings.ts';

/** A plain path below the root: no `..`, nothing hidden in `.git`, nothing that a diff would have to quote. */
const FOLDER = /^(?!(?:\.git|\.\.?)(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._-]+){0,9}$/i;
/** What git allows in a name, less what could be taken for an option or an expression. */
const REF = /^(?![-./])(?!.*(?:\.\.|@\{|\/\/))[^\p{C}\s~^:?*[\]\\]+$/u;
const TAGS = /^(?![-./])[A-Za-z0-9._/@+*?-]+$/;
const RUNBOOKS = 'docs/runbooks';

/** How this repository says what is in production. Both end up as arguments of git, so neither can look like an option. */
const GitSettings = z.strictObject({
  /** Branch, tag or commit. */
  production: z.string().max(200).regex(REF).optional(),
  /** Names of release tags, with `*` and `?`. */
  release_tags: z.string().max(100).regex(TAGS).optional(),
});

/** Settings of one repository: `hotfix-pulse.config.json` at its root, committed. Secrets never live here. */
export const ConfigFile = z.strictObject({
  $schema: z.string().optional(),
  severity: MatrixOverride.optional(),
  /** Hours without recurrence before close; 24, or 48 under the spec-kit preset. */
  stability_h: z
    .int()
    .min(1)
    .max(24 * 30)
    .optional(),
  /** Weeks that a priority item may take: one of a P0 or P1 incident. */
  action_items: z.strictObject({ priority_weeks: z.literal(PRIORITY_WEEKS).optional() }).optional(),
  redaction: z
    .strictObject({
      /** Values to keep: exact, or with `*`. */
      allow: z.array(z.string()).optional(),
      /** What happens to IP addresses; private ones always stay. */
      ips: z.enum(['keep', 'public']).optional(),
    })
    .optional(),
  postmortem: z
    .strictObject({
      /** Form of post-mortem.md; without it the one of the severity preset. */
      preset: z.enum(PRESETS).optional(),
      /** The repository's own template, in place of the preset's form: a path relative to the root. */
      template: z.string().min(1).max(200).optional(),
    })
    .optional(),
  /** Where a runbook entry is drafted to. */
  runbook: z.strictObject({ folder: z.string().max(200).regex(FOLDER).optional() }).optional(),
  git: GitSettings.optional(),
  ...SHIP_SETTINGS,
  ...OUTWARD_SETTINGS,
});
export type ConfigFile = z.infer<typeof ConfigFile>;

export interface Config {
  matrix: Matrix;
  stability_h: number;
  action_items: ActionSettings;
  redaction: { allow: string[]; ips: 'keep' | 'public' };
  /** `template` is a path here. */
  postmortem: { preset: PresetName; template: string | null };
  runbook_folder: string;
  git: z.infer<typeof GitSettings>;
  ship: ShipSettings;
  outward: OutwardSettings;
}

/** Text of the settings file (null when there is none) to settings, or an error naming the wrong member. */
export function parseConfig(text: string | null): Config {
  const file = text === null ? {} : checked(text);
  const matrix = buildMatrix(file.severity ?? {});
  return {
    matrix,
    stability_h: file.stability_h ?? (matrix.preset === 'spec-kit' ? 48 : 24),
    action_items: { priority_weeks: file.action_items?.priority_weeks ?? DEFAULT_ACTIONS.priority_weeks },
    redaction: { allow: file.redaction?.allow ?? [], ips: file.redaction?.ips ?? 'keep' },
    postmortem: {
      preset: file.postmortem?.preset ?? matrix.preset,
      template: file.postmortem?.template ?? null,
    },
    runbook_folder: file.runbook?.folder ?? RUNBOOKS,
    git: file.git ?? {},
    ship: membersOf(SHIP_SETTINGS, file),
    outward: membersOf(OUTWARD_SETTINGS, file),
  };
}

/** The members that one group of settings declares. */
function membersOf<Shape extends object>(
  shape: Shape,
  file: ConfigFile,
): Pick<ConfigFile, keyof Shape & keyof ConfigFile> {
  const names = Object.keys(shape) as (keyof Shape & keyof ConfigFile)[];
  return Object.fromEntries(names.map((name) => [name, file[name]])) as Pick<
    ConfigFile,
    keyof Shape & keyof ConfigFile
  >;
}

function checked(text: string): ConfigFile {
  const hint = 'mend hotfix-pulse.config.json (docs/configuration.md lists every setting), then call again';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PulseError('invalid_input', 'hotfix-pulse.config.json is not valid JSON', hint);
  }
  const parsed = ConfigFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || '(top level)');
  throw new PulseError(
    'invalid_input',
    `hotfix-pulse.config.json: wrong or unknown setting at ${[...new Set(where)].slice(0, 5).join(', ')}`,
    hint,
  );
}
