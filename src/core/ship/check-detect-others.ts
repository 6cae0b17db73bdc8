import type { RepoTexts } from './check-detect-node.ts';
import type { Check, FoundChecks, SetupWay, TestWay } from './check-run.ts';
import { FILES } from './test-words.ts';

const NOTHING: FoundChecks = { checks: [], setups: [], tests: [] };
/** Files that pip installs from, in the order in which they are installed. */
export const REQUIREMENTS = [
  'requirements.txt',
  ...['requirements-dev.txt', 'requirements-test.txt', 'dev-requirements.txt', 'test-requirements.txt'],
];
const PYTHON_FILES = ['pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini', 'pytest.ini', ...REQUIREMENTS];
const VENV = '.venv/bin/python';

interface PythonWay {
  lock: string;
  setup: readonly (readonly string[])[];
  run: readonly string[];
}

function pythonWay(texts: RepoTexts): PythonWay | null {
  if (typeof texts['uv.lock'] === 'string')
    return {
      lock: 'uv.lock',
      setup: [['uv', 'sync', '--frozen']],
      run: ['uv', 'run', '--no-sync', 'python'],
    };
  if (typeof texts['poetry.lock'] === 'string') {
    const setup = [['poetry', 'install', '--no-interaction']];
    return { lock: 'poetry.lock', setup, run: ['poetry', 'run', 'python'] };
  }
  const files = REQUIREMENTS.filter((file) => typeof texts[file] === 'string');
  const [lock] = files;
  if (lock === undefined) return null;
  const install = [VENV, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  return {
    lock,
    setup: [
      ['python3', '-m', 'venv', '.venv'],
      [...install, ...files.flatMap((file) => ['-r', file])],
    ],
    run: [VENV],
  };
}

/** Checks of a Python project: pytest, ruff, flake8, mypy, as far as its files name them. */
export function detectPython(texts: RepoTexts): FoundChecks {
  const present = PYTHON_FILES.filter((file) => typeof texts[file] === 'string');
  if (present.length === 0) return NOTHING;
  const way = pythonWay(texts);
  const run = way?.run ?? ['python3'];
  const all = present.map((file) => texts[file] ?? '').join('\n');
  const has = (tool: string): boolean =>
    new RegExp(
      `(?:^\\s*\\[(?:tool[.:])?${tool}\\b|^\\s*["']?${tool}\\b\\s*(?:[\\[=<>~!;"',]|$)|["']${tool}(?![\\w-]))`,
      'm',
    ).test(all);
  const defines = ['pytest.ini', 'setup.cfg', 'tox.ini', 'pyproject.toml']
    .filter((file) => typeof texts[file] === 'string')
    .map((file) => `${file}\n${settingsOf(texts[file] ?? '')}`)
    .join('\n');
  const check = (name: string, ...args: string[]): Check => ({
    name,
    command: [...run, '-m', ...args],
    defines,
  });
  const isTested = typeof texts['pytest.ini'] === 'string' || has('pytest');
  const whole = [...run, '-m', 'pytest'];
  const test: TestWay = { whole, named: [...whole, FILES], as: 'files', endings: ['.py'], defines };
  const setup: SetupWay[] = way
    ? [{ lock: way.lock, commands: way.setup, folder: '.venv', defines: '' }]
    : [];
  return {
    checks: [
      ...(has('ruff')
        ? [check('lint', 'ruff', 'check', '.')]
        : has('flake8')
          ? [check('lint', 'flake8')]
          : []),
      ...(has('mypy') ? [check('types', 'mypy', '.')] : []),
      ...(isTested ? [check('test', 'pytest')] : []),
    ],
    setups: setup,
    tests: isTested ? [test] : [],
  };
}

/** The parts of a settings file that these tools read, so that a new version of the project is the same definition. */
function settingsOf(text: string): string {
  const parts = text.split(/^(?=\[)/m);
  return parts.filter((part) => /^\[+(?:tool[.:])?(?:pytest|ruff|mypy|flake8)\b/.test(part)).join('');
}

/** Checks of a Go module. */
export function detectGo(texts: RepoTexts): FoundChecks {
  if (typeof texts['go.mod'] !== 'string') return NOTHING;
  const go = (name: string, ...args: string[]): Check => ({ name, command: ['go', ...args], defines: '' });
  return {
    // A kept result of an earlier run is no run.
    checks: [
      go('lint', 'vet', './...'),
      go('build', 'build', './...'),
      go('test', 'test', '-count=1', './...'),
    ],
    setups:
      typeof texts['go.sum'] === 'string'
        ? [{ lock: 'go.sum', commands: [['go', 'mod', 'download']], folder: 'vendor', defines: '' }]
        : [],
    tests: [
      {
        whole: ['go', 'test', '-count=1', './...'],
        named: ['go', 'test', '-count=1', FILES],
        ...{ as: 'folders', endings: ['.go'], defines: '' },
      },
    ],
  };
}

/** Checks of a Cargo package or workspace. */
export function detectRust(texts: RepoTexts): FoundChecks {
  const manifest = texts['Cargo.toml'];
  if (typeof manifest !== 'string') return NOTHING;
  const isLocked = typeof texts['Cargo.lock'] === 'string';
  const flags = [
    ...(isLocked ? ['--locked'] : []),
    ...(/^\s*\[workspace\]/m.test(manifest) ? ['--workspace'] : []),
  ];
  const whole = ['cargo', 'test', ...flags];
  return {
    checks: [
      { name: 'build', command: ['cargo', 'build', ...flags], defines: '' },
      { name: 'test', command: whole, defines: '' },
    ],
    setups: isLocked
      ? [{ lock: 'Cargo.lock', commands: [['cargo', 'fetch', '--locked']], folder: null, defines: '' }]
      : [],
    tests: [{ whole, named: [...whole, FILES], as: 'cargo_tests', endings: ['.rs'], defines: '' }],
  };
}

const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];
const TARGETS: readonly [string, readonly string[]][] = [
  ['lint', ['lint']],
  ['types', ['types', 'typecheck', 'type-check']],
  ['build', ['build']],
  ['test', ['test', 'check']],
];

/** Targets of a Makefile. Its whole text defines each of them: variables and other targets decide what a target does. */
export function detectMake(texts: RepoTexts): FoundChecks {
  const file = MAKEFILES.find((name) => typeof texts[name] === 'string');
  if (file === undefined) return NOTHING;
  const defines = texts[file] ?? '';
  const targets = new Set(
    [...defines.matchAll(/^([A-Za-z][\w .-]*?)\s*::?(?![=:])/gm)].flatMap(([, names = '']) =>
      names.split(/\s+/),
    ),
  );
  const checks = TARGETS.flatMap(([name, names]): Check[] => {
    const target = names.find((one) => targets.has(one));
    return target === undefined ? [] : [{ name, command: ['make', target], defines }];
  });
  const test = checks.find(({ name }) => name === 'test');
  return {
    checks,
    setups: [],
    tests: test ? [{ whole: test.command, named: null, as: 'files', endings: [], defines }] : [],
  };
}
