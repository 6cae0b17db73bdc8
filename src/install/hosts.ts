import type { Host, HostId } from './host.ts';
import { EDITOR_HOSTS } from './hosts-editor.ts';
import { TERMINAL_HOSTS } from './hosts-terminal.ts';

/** One row per agent: the only place that knows where an agent looks and what it needs. */
export const HOSTS: readonly Host[] = [...TERMINAL_HOSTS, ...EDITOR_HOSTS];

export function hostOf(id: HostId): Host {
  const host = HOSTS.find((row) => row.id === id);
  if (!host) throw new Error(`no row for ${id}`);
  return host;
}
