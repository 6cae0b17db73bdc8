import { PulseError } from '../core/errors.ts';
import type { HubContext, HubDoor, OpenDoor } from './door.ts';

/** Who may call, by service; loaded when the hub starts, and not before. */
export type Doors = Readonly<Record<string, () => Promise<OpenDoor>>>;

export const DOORS: Doors = {
  slack: async () => (await import('./slack.ts')).openSlackDoor,
  clickup: async () => (await import('./clickup.ts')).openClickUpDoor,
  github: async () => (await import('./github.ts')).openGitHubDoor,
  mcp: async () => (await import('./mcp.ts')).openMcpDoor,
  board: async () => (await import('./board-team.ts')).openBoardDoor,
};

/**
 * Opens what the settings name.
 * @throws PulseError not_configured, naming everything that is missing: a hub that leaves a door shut by mistake is found out during an incident
 */
export async function openDoors(doors: Doors, context: HubContext): Promise<HubDoor[]> {
  const opened: HubDoor[] = [];
  const missing: PulseError[] = [];
  for (const load of Object.values(doors)) {
    try {
      const door = await (await load())(context);
      if (door !== null) opened.push(door);
    } catch (error) {
      if (!(error instanceof PulseError)) throw error;
      missing.push(error);
    }
  }
  const [first, ...others] = missing;
  if (first === undefined) return opened;
  if (others.length === 0) throw first;
  throw new PulseError(
    first.code,
    missing.map(({ message }) => message).join('; '),
    missing.map(({ hint }) => hint).join('; '),
  );
}
