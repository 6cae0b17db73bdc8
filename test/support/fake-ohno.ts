import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A stand-in for the ohno command line, version 0.20, with the answers that the real one was seen to give: success
 * and failure as JSON with exit code 0, messages for people with exit code 1, no `-p`, a list without descriptions.
 */
const SCRIPT = `#!/usr/bin/env node
const fs = require('node:fs');
const file = '.ohno/tasks.json';
const args = process.argv.slice(2).filter((word) => word !== '--json');
const die = (...lines) => { for (const line of lines) console.error(line); process.exit(1); };
const say = (value) => console.log(JSON.stringify(value, null, 2));
const mode = fs.existsSync('.ohno/mode') ? fs.readFileSync('.ohno/mode', 'utf8') : '';
fs.appendFileSync('.ohno/calls', JSON.stringify(args) + '\\n');
if (mode === 'hang') setInterval(() => {}, 1000);
else if (mode === 'broken') { console.log('\\u26a0 hello'); }
else {
if (!fs.existsSync('.ohno')) die('\\u2717 Database not found');
const tasks = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : [];
const keep = () => { if (mode !== 'forgets') fs.writeFileSync(file, JSON.stringify(tasks)); };
const word = args[0] === 'task' ? args[1] : args[0];
const flags = {}; const loose = [];
for (let i = args[0] === 'task' ? 2 : 1, open = true; i < args.length; i++) {
  const [, name, value] = open ? /^--?([a-z]+)(?:=([\\s\\S]*))?$/.exec(args[i]) ?? [] : [];
  if (open && args[i] === '--') open = false;
  else if (name === 'p') die("error: unknown option '-p'");
  else if (name) flags[name] = value ?? args[++i];
  else if (open && args[i].startsWith('-')) die('error: unknown option');
  else loose.push(args[i]);
}
const task = tasks.find(({ id }) => id === loose[0]);
if (word === 'create') {
  const id = 'task-' + String(tasks.length + 1).padStart(8, '0');
  tasks.push({ id, title: loose[0], status: 'todo', task_type: flags.t, description: flags.description ?? null, handoff_notes: null, created_at: '2026-01-05T14:00:00.000Z', updated_at: '2026-01-05T14:00:00.000Z' });
  fs.writeFileSync(file, JSON.stringify(tasks));
  say({ success: true, task_id: id });
} else if (word === 'tasks') say({ tasks: tasks.map(({ description, handoff_notes, created_at, updated_at, ...rest }) => rest), total_count: tasks.length });
else if (word === 'get') { if (!task) die('\\u2717 Task not found'); say(task); }
else if (word === 'start' || word === 'done') {
  if (!task) { say({ success: false }); process.exit(0); }
  task.status = word === 'start' ? 'in_progress' : 'done';
  if (flags.notes) task.handoff_notes = flags.notes;
  keep();
  say({ success: true });
} else die('error: unknown command');
}
`;

export interface FakeOhno {
  env: Record<string, string | undefined>;
  tasks(): Record<string, unknown>[];
  calls(): string[][];
  /** A task that somebody made; `Payments fail` is an incident. */
  put(title: string, status: string): void;
  mode(how: 'hang' | 'broken' | 'forgets'): void;
}

/** `bin` lies outside of the repository: a program inside of it is not run. */
export function fakeOhno(root: string, bin: string): FakeOhno {
  const program = join(bin, 'ohno');
  writeFileSync(program, SCRIPT);
  chmodSync(program, 0o755);
  mkdirSync(join(root, '.ohno'), { recursive: true });
  const file = (name: string) => join(root, '.ohno', name);
  const text = (name: string) => {
    try {
      return readFileSync(file(name), 'utf8');
    } catch {
      return '';
    }
  };
  return {
    env: { ...process.env, PATH: [bin, process.env.PATH ?? ''].join(delimiter) },
    tasks: () => JSON.parse(text('tasks.json') || '[]'),
    calls: () =>
      text('calls')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    put(title, status) {
      const tasks: unknown[] = JSON.parse(text('tasks.json') || '[]');
      const id = `task-${String(tasks.length + 1).padStart(8, '0')}`;
      const name = title === 'Payments fail' ? `HOTFIX: ${title}` : title;
      const at = '2026-01-05T14:00:00.000Z';
      tasks.push({
        id,
        title: name,
        status,
        task_type: 'bug',
        description: 'since noon',
        handoff_notes: 'Fixed: retry',
        created_at: at,
        updated_at: at,
      });
      writeFileSync(file('tasks.json'), JSON.stringify(tasks));
    },
    mode: (how) => writeFileSync(file('mode'), how),
  };
}
