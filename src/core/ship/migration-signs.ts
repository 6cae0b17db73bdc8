import { CODE_RULES, type MigrationRule, rule, SQL_RULES } from './migration-rules.ts';
import { isSqlFile, type Piece, statementsOf, takeApart } from './migration-text.ts';

/**
 * What going back means after a migration ran. `reversible`: the older code runs on the new schema and nothing was
 * lost. `forward_only`: the older code, or a plain undo, may fail. `destructive`: data is gone.
 */
export type MigrationClass = 'reversible' | 'forward_only' | 'destructive';

export interface MigrationSign {
  id: string;
  class: Exclude<MigrationClass, 'reversible'>;
  /** 1-based line of the text that was read. */
  line: number;
  /** Our own words. */
  says: string;
}

export interface MigrationReading {
  /** The worst of the signs. */
  class: MigrationClass;
  /** In order of lines; one per kind and line. */
  signs: MigrationSign[];
}

const FOLDER =
  /(?:^|\/)(?:migrations?|migrate|alembic\/versions|flyway|liquibase|changelogs?)\/(?:[^/]+\/)*[^/]+\.(?:sql|py|rb|exs?|php|[cm]?[jt]s|cs|go|java|kt|xml|ya?ml)$/i;
const NO_MIGRATION =
  /(?:^|\/)(?:tests?|spec|specs|__tests__|fixtures|node_modules)\/|(?:^|\/)__init__\.py$|\.Designer\.cs$/i;
const WAY_BACK = /(?:^|[._/-])(?:down|undo|rollback)\.sql$|(?:^|\/)U\d[\d._]*__[^/]*\.sql$/i;

/** True for a file that changes a database: a migration of a known tool, or SQL outside of tests. */
export function isMigration(path: string): boolean {
  return !NO_MIGRATION.test(path) && (FOLDER.test(path) || isSqlFile(path));
}

const ADDS = /\b(?:add_column|add_reference|add_belongs_to|addColumns?|AddColumn|AddField)\b/g;
const REQUIRED =
  /\b(?:null: ?false|nullable ?[=:] ?(?:False|false)|allowNull: ?false|notNull: ?true|isNullable: ?false)/;
const HAS_DEFAULT =
  /\b(?:default|server_default|defaultValue|defaultValueSql|db_default|default_value|defaultsTo)\w*\b|\bdefault=/;
const CALL = 400;
const KNOWN_CODE =
  /\b(?:create|add|remove|change|alter|Create|Add|Insert|insert)(?:[_A-Z]?\w*)\b|\bSchema::\w/;
const KNOWN_SQL =
  /\b(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|TRUNCATE|MERGE|REPLACE|GRANT|REVOKE|COMMENT|SELECT|SET|BEGIN|COMMIT|ANALYZE|VACUUM|REINDEX|REFRESH)\b/;
const SQL_START =
  /^\s*(?:DROP|ALTER|DELETE|TRUNCATE|UPDATE|CREATE|INSERT|WITH|DO|BEGIN|SET|RENAME|MERGE|REPLACE|GRANT|REVOKE|COMMENT|EXEC)\s/i;
const LONGEST_LINE = 2_000;
const MOST_SIGNS = 50;

const UNREAD = rule(
  'not_understood',
  'forward_only',
  'holds nothing that could be read here, so look at it',
  () => true,
);

/**
 * What a migration does, from its text alone. Patterns, so a hint and no promise: what is not understood counts as
 * forward only. Ways back (`down`, `downgrade`, `*.down.sql`) are not read.
 * @param text the whole file, or the lines that a change added to it
 */
export function classifyMigration(path: string, text: string): MigrationReading {
  if (WAY_BACK.test(path)) return { class: 'reversible', signs: [] };
  const { code, strings } = takeApart(path, text);
  const isSql = isSqlFile(path);
  const sql = [
    ...(isSql ? [{ text: code, line: 1 }] : []),
    ...strings.filter((one) => SQL_START.test(one.text)),
  ].flatMap(statementsOf);
  const lines = isSql
    ? []
    : code.split('\n').map((one, at) => ({ text: one.slice(0, LONGEST_LINE), line: at + 1 }));
  const found = [
    ...sql.flatMap((one) => signsIn(one, SQL_RULES)),
    ...lines.flatMap((one) => signsIn(one, CODE_RULES)),
    ...(isSql ? [] : requiredColumns(path, code)),
  ];
  const isRead =
    sql.some((one) => KNOWN_SQL.test(one.text)) || lines.some((one) => KNOWN_CODE.test(one.text));
  if (found.length === 0 && !isRead && code.trim() !== '')
    found.push(...signsIn({ text: '', line: 1 }, [UNREAD]));
  const signs = unique(found.sort((a, b) => a.line - b.line)).slice(0, MOST_SIGNS);
  return { class: worstMigration(found.map((sign) => sign.class)), signs };
}

/** The worst of several classes; `reversible` for none. */
export function worstMigration(classes: readonly MigrationClass[]): MigrationClass {
  if (classes.includes('destructive')) return 'destructive';
  return classes.includes('forward_only') ? 'forward_only' : 'reversible';
}

function signsIn({ text, line }: Piece, rules: readonly MigrationRule[]): MigrationSign[] {
  return rules
    .filter(({ found }) => found(text))
    .map(({ id, says, class: kind }) => ({ id, line, says, class: kind }));
}

/** Columns that are added as required and without a default. Django's are required unless they say otherwise. */
function requiredColumns(path: string, code: string): MigrationSign[] {
  const starts = [...code.matchAll(ADDS)].map(({ index }) => index);
  let line = 1;
  let before = 0;
  return starts.flatMap((start, at) => {
    line += code.slice(before, start).split('\n').length - 1;
    before = start;
    const call = code.slice(start, Math.min(starts[at + 1] ?? code.length, start + CALL));
    const isDjango = path.endsWith('.py') && call.startsWith('AddField');
    const isRequired = isDjango
      ? !/\bnull=True|\b(?:ManyToMany|AutoField|BigAutoField)/.test(call)
      : REQUIRED.test(isRails(path) ? (call.split('\n')[0] ?? '') : call);
    const isFilled = HAS_DEFAULT.test(isRails(path) ? (call.split('\n')[0] ?? '') : call);
    return isRequired && !isFilled
      ? [
          {
            id: 'not_null_without_default',
            class: 'forward_only' as const,
            line,
            says: 'adds a NOT NULL column without a default',
          },
        ]
      : [];
  });
}

/** One call, one line. */
const isRails = (path: string): boolean => path.endsWith('.rb');

function unique(signs: readonly MigrationSign[]): MigrationSign[] {
  const seen = new Set<string>();
  return signs.filter(({ id, line }) => {
    const key = `${id}:${line}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
