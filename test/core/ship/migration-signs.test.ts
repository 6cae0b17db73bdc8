import { describe, expect, it } from 'vitest';
import {
  classifyMigration,
  isMigration,
  type MigrationClass,
  worstMigration,
} from '../../../src/core/ship/migration-signs.ts';

const SQL = 'db/migrations/0042_change.sql';

/** Path, text, class, and the ids with their lines in order. */
type Row = [text: string, kind: MigrationClass, signs: string];

const read = (path: string, text: string): [MigrationClass, string] => {
  const { class: kind, signs } = classifyMigration(path, text);
  return [kind, signs.map(({ id, line }) => `${id}:${line}`).join(' ')];
};

describe('SQL', () => {
  it.each<Row>([
    ['CREATE TABLE a (id int NOT NULL);', 'reversible', ''],
    ['ALTER TABLE a ADD COLUMN b int;', 'reversible', ''],
    ['ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;', 'reversible', ''],
    ['ALTER TABLE a ADD CONSTRAINT c CHECK (b IS NOT NULL);', 'reversible', ''],
    ['CREATE UNIQUE INDEX i ON a (b);', 'reversible', ''],
    ['ALTER TABLE a DROP CONSTRAINT c;', 'reversible', ''],
    ['ALTER TABLE a ALTER COLUMN b DROP DEFAULT;', 'reversible', ''],
    ['ALTER TABLE a ALTER COLUMN b DROP NOT NULL;', 'reversible', ''],
    ['ALTER TABLE a ALTER COLUMN b SET DEFAULT 1;', 'reversible', ''],
    ['DROP INDEX i;', 'reversible', ''],
    ['CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE ON UPDATE SET NULL);', 'reversible', ''],
    ["INSERT INTO a VALUES ('drop table users; truncate a');", 'reversible', ''],
    ['-- DROP TABLE users;\nSELECT 1;', 'reversible', ''],
    ['/* DROP TABLE users;\n*/ SELECT 1;', 'reversible', ''],
    ['', 'reversible', ''],
    ['drop table\n  if exists users;', 'destructive', 'drop_table:1'],
    ['SELECT 1;\n\nDROP SCHEMA old CASCADE;', 'destructive', 'drop_table:3'],
    ['ALTER TABLE a\n  DROP COLUMN b;', 'destructive', 'drop_column:1'],
    ['ALTER TABLE a DROP b;', 'destructive', 'drop_column:1'],
    ['ALTER TABLE a DROP "b";', 'destructive', 'drop_column:1'],
    ['ALTER TABLE a DROP PARTITION p1;', 'destructive', 'drop_column:1'],
    ['TRUNCATE a;', 'destructive', 'truncate:1'],
    ['TRUNCATE TABLE a, b;', 'destructive', 'truncate:1'],
    ['GRANT TRUNCATE ON a TO b;', 'reversible', ''],
    ['SELECT TRUNCATE(1.2, 1);', 'reversible', ''],
    ['DELETE FROM a;', 'destructive', 'delete_all:1'],
    ["DELETE FROM a WHERE b = 'x';", 'forward_only', 'delete_rows:1'],
    ['DO $$ BEGIN\n  DELETE FROM a;\nEND $$;', 'destructive', 'delete_all:1'],
    ['UPDATE a SET b = 1;', 'forward_only', 'update_rows:1'],
    ['UPDATE a AS t SET b = 1 WHERE c;', 'forward_only', 'update_rows:1'],
    ['INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 1;', 'reversible', ''],
    ['SELECT * FROM a FOR UPDATE;', 'reversible', ''],
    ['ALTER TABLE a RENAME COLUMN b TO c;', 'forward_only', 'rename:1'],
    ['RENAME TABLE a TO b;', 'forward_only', 'rename:1'],
    ['ALTER INDEX i RENAME TO j;', 'reversible', ''],
    ['ALTER TABLE a ALTER COLUMN b TYPE bigint;', 'forward_only', 'change_type:1'],
    ['ALTER TABLE a MODIFY COLUMN b bigint;', 'forward_only', 'change_type:1'],
    ['ALTER TABLE a ALTER COLUMN b bigint;', 'forward_only', 'change_type:1'],
    ['ALTER TABLE a ALTER COLUMN b SET NOT NULL;', 'forward_only', 'set_not_null:1'],
    ['ALTER TABLE a ADD COLUMN b int NOT NULL;', 'forward_only', 'not_null_without_default:1'],
    [
      'ALTER TABLE a ADD COLUMN b int NOT NULL, ADD COLUMN c int DEFAULT 1;',
      'forward_only',
      'not_null_without_default:1',
    ],
    ['ALTER TABLE a ADD COLUMN b bigint NOT NULL GENERATED ALWAYS AS IDENTITY;', 'reversible', ''],
    ['DROP VIEW v;', 'forward_only', 'drop_object:1'],
    ["ALTER TYPE mood ADD VALUE 'happy';", 'forward_only', 'enum_value:1'],
    ['UPDATE a SET b = 1;\nDROP TABLE c;', 'destructive', 'update_rows:1 drop_table:2'],
    ['hello world', 'forward_only', 'not_understood:1'],
  ])('%j is %s', (text, kind, signs) => {
    expect(read(SQL, text)).toEqual([kind, signs]);
  });

  it.each([
    '-- +goose Up\nALTER TABLE a ADD b int;\n-- +goose Down\nALTER TABLE a DROP b;',
    '-- migrate:up\nALTER TABLE a ADD b int;\n\n-- migrate:down\nDROP TABLE a;',
    '-- +migrate Down\nDROP TABLE a;\n-- +migrate Up\nCREATE TABLE a (id int);',
  ])('does not read the way back: %j', (text) => {
    expect(read(SQL, text)).toEqual(['reversible', '']);
  });

  it.each(['db/migrations/1_a.down.sql', 'migrations/1/down.sql', 'sql/U2__undo.sql'])(
    '%s is a way back as a whole',
    (path) => expect(read(path, 'DROP TABLE a;')).toEqual(['reversible', '']),
  );

  it('reads Windows line ends, and keeps the lines after long comments', () => {
    expect(read(SQL, '/* a\r\nb */\r\n-- c\r\nDROP TABLE x;\r\n')).toEqual(['destructive', 'drop_table:4']);
  });
});

describe('program text', () => {
  it.each<[path: string, ...Row]>([
    [
      'db/migrate/1_add.rb',
      'class A < ActiveRecord::Migration[7.0]\n  def change\n    add_column :users, :age, :integer\n  end\nend\n',
      'reversible',
      '',
    ],
    [
      'db/migrate/1_drop.rb',
      'def up\n  remove_column :users, :age\nend\ndef down\n  add_column :users, :age, :integer\nend',
      'destructive',
      'drop_column:2',
    ],
    [
      'db/migrate/1.rb',
      'def change\n  create_table :a do |t|\n    t.string :b, null: false\n  end\nend',
      'reversible',
      '',
    ],
    [
      'db/migrate/1.rb',
      'def change\n  add_column :a, :b, :string, null: false\nend',
      'forward_only',
      'not_null_without_default:2',
    ],
    [
      'db/migrate/1.rb',
      'def change\n  add_column :a, :b, :string, null: false, default: ""\nend',
      'reversible',
      '',
    ],
    ['db/migrate/1.rb', 'def up\n  # drop_table :a\n  add_index :a, :b\nend', 'reversible', ''],
    [
      'db/migrate/1.rb',
      'def up\n  execute <<~SQL\n    DELETE FROM users\n  SQL\nend',
      'destructive',
      'delete_all:3',
    ],
    ['db/migrate/1.rb', 'def up\n  execute "DROP TABLE users"\nend', 'destructive', 'drop_table:2'],
    [
      'alembic/versions/1a.py',
      '"""drop users later"""\ndef upgrade():\n    op.add_column("a", sa.Column("b", sa.Int()))\ndef downgrade():\n    op.drop_column("a", "b")',
      'reversible',
      '',
    ],
    [
      'alembic/versions/1a.py',
      'def upgrade():\n    op.add_column("a", sa.Column("b", sa.Integer(), nullable=False))',
      'forward_only',
      'not_null_without_default:2',
    ],
    [
      'shop/migrations/0002_x.py',
      'operations = [migrations.RemoveField("a", "b")]',
      'destructive',
      'drop_column:1',
    ],
    [
      'shop/migrations/0002_x.py',
      'operations = [migrations.RunPython(fill)]',
      'forward_only',
      'update_rows:1',
    ],
    [
      'shop/migrations/0002_x.py',
      'operations = [migrations.AddField("a", "b", models.IntegerField())]',
      'forward_only',
      'not_null_without_default:1',
    ],
    [
      'shop/migrations/0002_x.py',
      'operations = [migrations.AddField("a", "b", models.IntegerField(null=True))]',
      'reversible',
      '',
    ],
    [
      'migrations/1.js',
      "exports.up = (knex) => knex.schema.dropTable('a');\nexports.down = (knex) => knex.schema.createTable('a', () => {});",
      'destructive',
      'drop_table:1',
    ],
    [
      'migrations/1.js',
      "exports.up = (knex) => knex.schema.createTable('a', (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable('a');",
      'reversible',
      '',
    ],
    [
      'src/migrations/1-a.ts',
      'public async up(runner) {\n  await runner.query(`ALTER TABLE a DROP COLUMN b`);\n}\npublic async down(runner) {\n  await runner.query(`DROP TABLE x`);\n}',
      'destructive',
      'drop_column:2',
    ],
    [
      'database/migrations/1.php',
      "Schema::table('a', function ($t) {\n  $t->dropColumn('b');\n});",
      'destructive',
      'drop_column:2',
    ],
    [
      'Migrations/1_A.cs',
      'protected override void Up(MigrationBuilder b)\n{\n  b.RenameColumn("a");\n}',
      'forward_only',
      'rename:3',
    ],
    [
      'priv/repo/migrations/1.exs',
      'def change do\n  alter table(:a) do\n    remove :b\n  end\nend',
      'destructive',
      'drop_column:3',
    ],
    [
      'liquibase/1.xml',
      '<changeSet>\n<dropTable tableName="a"/>\n</changeSet>',
      'destructive',
      'drop_table:2',
    ],
    ['migrations/1.go', 'package x\nfunc f() {}\n', 'forward_only', 'not_understood:1'],
  ])('%s %j is %s', (path, text, kind, signs) => {
    expect(read(path, text)).toEqual([kind, signs]);
  });
});

describe('which files', () => {
  it.each([
    'db/migrate/20260101_add.rb',
    'migrations/0001.sql',
    'prisma/migrations/1_init/migration.sql',
    'shop/migrations/0002_x.py',
    'sql/V2__x.sql',
    'alembic/versions/1a.py',
    'scripts/fix.sql',
  ])('%s', (path) => expect(isMigration(path)).toBe(true));
  it.each([
    'src/migrate.ts',
    'migrations/README.md',
    'tests/fixtures/a.sql',
    'shop/migrations/__init__.py',
    'docs/migration.md',
  ])('not %s', (path) => expect(isMigration(path)).toBe(false));
});

describe('the reading', () => {
  it('takes the worst of several', () => {
    expect(worstMigration([])).toBe('reversible');
    expect(worstMigration(['reversible', 'forward_only'])).toBe('forward_only');
    expect(worstMigration(['destructive', 'forward_only'])).toBe('destructive');
  });

  it('the class counts signs that are not listed', () => {
    const text = `${'UPDATE a SET b = 1;\n'.repeat(200)}DROP TABLE a;`;
    const { class: kind, signs } = classifyMigration(SQL, text);
    expect(kind).toBe('destructive');
    expect(signs).toHaveLength(50);
  });

  it.each([
    ['ALTER TABLE a ADD '.repeat(20_000)],
    ['DELETE FROM '.repeat(30_000)],
    ["'".repeat(100_001)],
    ['/*'.repeat(50_000)],
    ['UPDATE a '.repeat(30_000)],
    [';'.repeat(200_000)],
    ['RENAME INDEX '.repeat(20_000)],
  ])('is linear: case %#', (text) => {
    const from = performance.now();
    classifyMigration(SQL, text);
    classifyMigration('migrations/1.js', text);
    classifyMigration('migrations/1.rb', text.replaceAll(' ', '\n'));
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});
