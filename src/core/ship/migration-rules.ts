import type { MigrationSign } from './migration-signs.ts';

/** A pattern over one statement or one line. */
export interface MigrationRule extends Omit<MigrationSign, 'line'> {
  found(text: string): boolean;
}

export const rule = (
  id: string,
  kind: MigrationRule['class'],
  says: string,
  found: RegExp | ((text: string) => boolean),
): MigrationRule => ({
  ...{ id, says, class: kind },
  found: typeof found === 'function' ? found : (text) => found.test(text),
});

const DROPS_COLUMN =
  /\bDROP (?!(?:CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|DEFAULT|NOT NULL|IDENTITY|EXPRESSION|CHECK|TRIGGER|RULE)\b)["`[\w]/;
const FILLED = /\b(?:DEFAULT|GENERATED|IDENTITY|SERIAL|BIGSERIAL|AUTO_INCREMENT)\b/;
const isTableChange = (text: string): boolean => /\bALTER (?:FOREIGN )?TABLE\b/.test(text);

/** `ADD COLUMN a int NOT NULL`: rows that are there have no value, and older code writes none. */
function addsUnfilled(text: string): boolean {
  const [, ...added] = isTableChange(text) ? text.split(/\bADD /) : [];
  return added.some(
    (one) =>
      !/^(?:CONSTRAINT|CHECK|PRIMARY|UNIQUE|FOREIGN|INDEX|KEY)\b/.test(one) &&
      /\bNOT NULL\b/.test(one) &&
      !FILLED.test(one),
  );
}

/** Over one statement in capitals with its white space folded. Each pattern is linear. */
export const SQL_RULES: readonly MigrationRule[] = [
  rule(
    'drop_table',
    'destructive',
    'drops a table or more',
    /\bDROP (?:TABLE|SCHEMA|DATABASE|KEYSPACE|TABLESPACE)\b/,
  ),
  rule(
    'drop_column',
    'destructive',
    'drops a column or partition',
    (text) => isTableChange(text) && DROPS_COLUMN.test(text),
  ),
  rule(
    'truncate',
    'destructive',
    'empties a table',
    (text) => /\bTRUNCATE (?!ON\b)["`[\w]/.test(text) && !/^(?:GRANT|REVOKE)\b/.test(text),
  ),
  rule(
    'delete_all',
    'destructive',
    'deletes without WHERE',
    (text) => /\bDELETE FROM\b/.test(text) && !/\bWHERE\b/.test(text),
  ),
  rule(
    'delete_rows',
    'forward_only',
    'deletes rows',
    (text) => /\bDELETE FROM\b/.test(text) && /\bWHERE\b/.test(text),
  ),
  rule(
    'update_rows',
    'forward_only',
    'overwrites values',
    /\bUPDATE [^ ]+ (?:AS )?(?:[^ ]+ )?SET\b|^MERGE INTO\b|^REPLACE INTO\b/,
  ),
  rule(
    'rename',
    'forward_only',
    'renames what older code may use',
    (text) =>
      /\bRENAME (?!INDEX\b|CONSTRAINT\b|KEY\b)|\bSP_RENAME\b/.test(text) && !/^ALTER INDEX\b/.test(text),
  ),
  rule(
    'change_type',
    'forward_only',
    'changes the type of a column',
    (text) =>
      isTableChange(text) &&
      /\bALTER (?:COLUMN )?[^ ]+ (?:SET DATA )?TYPE\b|\bALTER COLUMN [^ ]+ (?!SET\b|DROP\b|ADD\b|RESTART\b|TYPE\b)\w|\b(?:MODIFY|CHANGE) (?:COLUMN )?["`[\w]/.test(
        text,
      ),
  ),
  rule('set_not_null', 'forward_only', 'forbids empty values in a column', /\bSET NOT NULL\b/),
  rule('not_null_without_default', 'forward_only', 'adds a NOT NULL column without a default', addsUnfilled),
  rule(
    'drop_object',
    'forward_only',
    'drops what older code may use',
    /\bDROP (?:MATERIALIZED VIEW|VIEW|FUNCTION|PROCEDURE|TYPE|TRIGGER|SEQUENCE|DOMAIN|EXTENSION|POLICY|ROLE|USER)\b/,
  ),
  rule(
    'enum_value',
    'forward_only',
    'adds an enum value, which cannot be taken out',
    (text) => /\bALTER TYPE\b/.test(text) && /\bADD VALUE\b/.test(text),
  ),
];

/** Over one line of program text. Sources: Rails, Alembic, Django, Knex, Sequelize, TypeORM, Laravel, EF Core, Ecto, Liquibase. */
export const CODE_RULES: readonly MigrationRule[] = [
  rule(
    'drop_table',
    'destructive',
    'drops a table or more',
    /\b(?:drop_table|drop_join_table|dropTable|dropTableIfExists|dropIfExists|dropSchema|dropDatabase|DropTable|DropSchema|DeleteModel)\b|\bSchema::drop\b|\bdrop(?:_if_exists)? (?:table|if_exists)\b|\bdrop table\(/,
  ),
  rule(
    'drop_column',
    'destructive',
    'drops a column',
    /\b(?:remove_columns?|remove_reference|remove_belongs_to|remove_timestamps|drop_column|dropColumns?|removeColumn|DropColumn|RemoveColumn|RemoveField)\b|\bt\.remove\b|^\s*remove[ (]:/,
  ),
  rule(
    'delete_all',
    'destructive',
    'deletes all rows',
    /\b(?:delete_all|destroy_all|deleteAll)\b|\.all\(\)\.delete\(|\btruncate\(|\bdeleteMany\(\s*(?:\{\s*\})?\s*\)/,
  ),
  rule(
    'delete_rows',
    'forward_only',
    'deletes rows',
    /\b(?:bulkDelete|DeleteData|deleteMany|destroy_by|delete_by)\b|\)\.delete\(|\.del\(|^\s*<delete\b/,
  ),
  rule(
    'update_rows',
    'forward_only',
    'overwrites values',
    /\b(?:update_all|updateMany|bulkUpdate|UpdateData|RunPython|bulk_update)\b|\.update\(|^\s*<update\b/,
  ),
  rule(
    'rename',
    'forward_only',
    'renames what older code may use',
    /\b(?:rename_table|rename_column|rename|renameTable|renameColumn|RenameTable|RenameColumn|RenameModel|RenameField)\b/,
  ),
  rule(
    'change_type',
    'forward_only',
    'changes a column',
    /\b(?:change_column|change_column_null|changeColumn|alter_column|alterColumn|AlterColumn|AlterField|modifyDataType)\b|^\s*modify[ (]:|->change\(|\.alter\(/,
  ),
  rule(
    'set_not_null',
    'forward_only',
    'forbids empty values in a column',
    /\b(?:addNotNullConstraint|dropNullable|setNotNullable)\b/,
  ),
  rule('irreversible', 'forward_only', 'says itself that there is no way back', /\bIrreversible\w*/),
];
