import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { MAIN_SKILL } from './host.ts';

/** The texts that agents read, as they are shipped. */
export interface Pack {
  version: string;
  /** Folder of the built program, copied for the user scope. */
  dist: string;
  skills: readonly { name: string; files: readonly { path: string; text: string }[] }[];
  commands: readonly { name: string; text: string }[];
}

/**
 * Reads `skills/` and `commands/` of the package.
 * @throws PulseError not_found when the package is not whole
 */
export function readPack(root: string, version: string): Pack {
  try {
    const skills = readdirSync(join(root, 'skills'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, files: filesBelow(join(root, 'skills', name), '') }));
    const commands = readdirSync(join(root, 'commands'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => ({
        name: file.slice(0, -3),
        text: readFileSync(join(root, 'commands', file), 'utf8'),
      }));
    return { version, dist: join(root, 'dist'), skills, commands };
  } catch {
    throw new PulseError(
      'not_found',
      'The skills that come with hotfix-pulse are not where they should be.',
      'Run the command from the whole package: npx hotfix-pulse install',
    );
  }
}

function filesBelow(folder: string, below: string): { path: string; text: string }[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(folder, path);
    return entry.isFile() ? [{ path, text: readFileSync(join(folder, path), 'utf8') }] : [];
  });
}

/** A skill's name must be that of its folder. */
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * The pack with its main skill and command under another name.
 * @throws PulseError invalid_input for a name that is no skill name, or is taken by another skill of ours
 */
export function renamed(pack: Pack, name: string): Pack {
  if (name === MAIN_SKILL) return pack;
  const isTaken = pack.skills.some((skill) => skill.name === name);
  if (!NAME.test(name) || name.length > 64 || isTaken) {
    throw new PulseError(
      'invalid_input',
      'That is no name for the slash command.',
      'Use lower-case letters, digits and single dashes, 64 at most, and none of: incident, incident-review, postmortem.',
    );
  }
  return {
    ...pack,
    skills: pack.skills.map((skill) =>
      skill.name === MAIN_SKILL ? { name, files: skill.files.map((file) => retitled(file, name)) } : skill,
    ),
    commands: pack.commands.map((command) => (command.name === MAIN_SKILL ? { ...command, name } : command)),
  };
}

function retitled(file: { path: string; text: string }, name: string): { path: string; text: string } {
  if (file.path !== 'SKILL.md') return file;
  return { ...file, text: file.text.replace(/^name: hotfix$/m, `name: ${name}`) };
}
