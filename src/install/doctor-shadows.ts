import type { DoctorCheck } from '../core/doctor.ts';
import { peek } from './disk.ts';
import { type Host, type HostId, type Place, SCOPES, type Scope, SERVER } from './host.ts';
import { fullPath, spotOf, type Where } from './places.ts';
import { below } from './text-targets.ts';

/** A skill or command of ours that an agent reads. */
export interface FoundText {
  name: string;
  what: 'skill' | 'command';
  /** Absolute. */
  folder: string;
  scope: Scope;
}

/** Our texts all name the server; nobody else's do. */
export const isOurs = (text: string): boolean => text.includes(SERVER);

/** What a command file of the same name does to a skill in an agent. Source: agent table, item 3 and the two below it. */
const BESIDE_A_SKILL: Readonly<Record<HostId, 'skill_wins' | 'command_wins' | 'both_renamed' | 'unknown'>> = {
  ...{ 'claude-code': 'skill_wins', copilot: 'skill_wins' },
  ...{ opencode: 'command_wins', qwen: 'command_wins' },
  gemini: 'both_renamed',
  ...{ codex: 'unknown', kimi: 'unknown', amp: 'unknown', cursor: 'unknown', vscode: 'unknown' },
  generic: 'unknown',
};

/** Every place that an agent reads, with its scope. */
export function spotsOf(places: (scope: Scope) => readonly Place[], where: Where) {
  return SCOPES.flatMap((scope) =>
    places(scope)
      .map((place) => spotOf(place, where))
      .filter((spot) => spot !== null)
      .map((spot) => ({ scope, spot })),
  );
}

/** Where the agent takes something else for our slash command, or ours for somebody else's. */
export function hidden(host: Host, name: string, copies: readonly FoundText[], where: Where): DoctorCheck[] {
  const about = { part: 'texts', id: 'shadowed', agent: host.id } as const;
  const hasSkill = copies.some((copy) => copy.name === name && copy.what === 'skill');
  if (!hasSkill) return [];
  const own = new Set(
    copies.filter(({ what }) => what === 'command').map(({ folder }) => `${folder}/${name}.md`),
  );
  const clashes = spotsOf(
    (scope) => host.clashes[scope].map((file) => file.replaceAll('{name}', name)),
    where,
  ).flatMap(({ scope, spot }): DoctorCheck[] => {
    const text = peek(spot);
    const path = fullPath(spot);
    if (text === null || own.has(path)) return [];
    return [{ ...about, scope, path, ...clash(host, name, isOurs(text)) }];
  });
  const twins = spotsOf((scope) => host.skills[scope], where).flatMap(({ scope, spot }): DoctorCheck[] => {
    const file = below(spot, name, 'SKILL.md');
    const text = peek(file);
    if (text === null || isOurs(text)) return [];
    const seen = `${host.label}: another skill named ${name} is read too, and which one is used is not certain`;
    return [{ ...about, scope, path: fullPath(file), state: 'warn', seen, todo: RENAME }];
  });
  return [...clashes, ...twins, ...listedTwice(host, name, copies)];
}

const RENAME = 'Give ours another name: hotfix-pulse install --name prod-hotfix';

function clash(host: Host, name: string, ours: boolean): Pick<DoctorCheck, 'state' | 'seen' | 'todo'> {
  const { label } = host;
  const todo = ours ? 'Remove this file: the skill is enough.' : RENAME;
  const whose = ours ? 'a command file of ours' : `a command /${name} that is not ours`;
  switch (BESIDE_A_SKILL[host.id]) {
    case 'skill_wins':
      return { state: 'warn', seen: `${label}: ${whose} is hidden by our skill`, todo };
    case 'command_wins':
      return { state: ours ? 'warn' : 'fail', seen: `${label}: ${whose} hides our skill`, todo };
    case 'both_renamed':
      return {
        ...{ state: 'fail', todo },
        seen: `${label}: ${whose} stands beside our skill; it renames both, and /${name} is gone`,
      };
    case 'unknown':
      return { state: 'warn', seen: `${label}: ${whose} stands beside our skill`, todo };
  }
}

function listedTwice(host: Host, name: string, copies: readonly FoundText[]): DoctorCheck[] {
  const scopes = new Set(copies.filter((copy) => copy.name === name).map(({ scope }) => scope));
  if (host.id !== 'codex' || scopes.size < 2) return [];
  return [
    {
      ...{ part: 'texts', id: 'listed_twice', state: 'warn', agent: host.id },
      seen: 'Codex lists our skills twice, from the project and from the user scope',
      todo: 'Keep one of the two: hotfix-pulse uninstall --scope user --agent codex',
    },
  ];
}
