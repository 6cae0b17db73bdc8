import type { Refused } from './disk.ts';
import { type HostId, MAIN_SKILL } from './host.ts';
import type { Refusal } from './plan-types.ts';
import type { Fault } from './splice.ts';

const WORDS: Record<Refused, readonly [string, string]> = {
  link: [
    'is, or is reached through, a symbolic link',
    'Edit the file behind the link by hand, or replace the link by a real file.',
  ],
  outside: [
    'is outside of the folder that it should be in',
    'Check the variables that move configuration folders.',
  ],
  not_a_file: ['is no regular file', 'Move what stands there out of the way.'],
  too_large: ['is larger than 32 MB', 'Edit it by hand.'],
  not_text: ['is not UTF-8 text', 'Save it as UTF-8, then repeat the command.'],
  read_only: ['is read-only', 'Make it writable if it may be changed, then repeat the command.'],
  unreadable: ['cannot be read', 'Check who owns it, then repeat the command.'],
};

export function refusedFile(path: string, hosts: HostId[], why: Refused): Refusal {
  const [message, hint] = WORDS[why];
  return { code: 'unsafe', path, hosts, message: `${message}; it was left alone`, hint, may_replace: false };
}

export function broken(path: string, hosts: HostId[], { what, line, column }: Fault): Refusal {
  return {
    code: 'broken',
    ...{ path, hosts, line, column },
    message: `cannot be edited: ${what} (line ${line}, column ${column}); it was left alone`,
    hint: 'Mend the file at that place, then repeat the command.',
    may_replace: false,
  };
}

export function edited(path: string, hosts: HostId[], message: string): Refusal {
  return {
    ...{ code: 'edited', path, hosts, message: `${message}; it was left alone` },
    hint: 'To overwrite it, repeat the command with --replace.',
    may_replace: true,
  };
}

/** @param isMain whether it is the skill that can get another name */
export function taken(path: string, hosts: HostId[], name: string, isMain: boolean): Refusal {
  return {
    ...{
      code: 'taken',
      path,
      hosts,
      message: `/${name} is there already and is not ours; it was left alone`,
    },
    hint: isMain
      ? 'Choose another name for ours: hotfix-pulse install --name prod-hotfix'
      : `Ours is left out there; /${MAIN_SKILL} works without it.`,
    may_replace: false,
  };
}
