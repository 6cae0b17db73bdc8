import type * as z from 'zod/v4';
import type { ActionSettings } from '../core/action-items.ts';
import type { PulseError } from '../core/errors.ts';
import type { Actor } from '../core/events.ts';
import type { OutwardSettings } from '../core/outward/services.ts';
import type { Matrix, PresetName } from '../core/severity.ts';
import type { ShipSettings } from '../core/ship/ship-settings.ts';
import type { Clock, EventLog, Ids, Pace, TaskBoard, Templates, TextSearch, Workspace } from '../ports.ts';
import type { Git } from '../ports-git.ts';
import type { Outward } from '../ports-outward.ts';
import type { Approvals, Backports, Changes, Checks, Rollbacks, Shipping } from '../ports-ship.ts';
import type { Tracker } from '../ports-tracker.ts';

/** What an operation touches: decides the MCP annotations and how a door asks for consent. */
export type Effect = 'read' | 'local' | 'outward' | 'destructive';

/** Settings an operation may need. */
export interface Settings {
  matrix: Matrix;
  stability_h: number;
  /** Without it the default. */
  action_items?: ActionSettings;
  /** Form of post-mortem.md. `template` is the text of the repository's own; `fault` says why it cannot be read. */
  postmortem: { preset: PresetName; template: string | null; fault: PulseError | null };
  /** Relative to the repository. */
  runbook_folder: string;
  /** What is in production, as far as the settings say it. */
  git?: { production?: string | undefined; release_tags?: string | undefined };
  /** How it is checked, deployed and taken back, as far as the settings say it. */
  ship?: ShipSettings;
  /** The services that it is connected to. */
  outward?: OutwardSettings;
}

/** A caller that waits as long as it takes and can be told how far it is, such as a terminal. */
export interface Foreground {
  progress(line: string): void;
  /** Runs work that an interrupt of the caller stops. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Everything an operation works with, for one repository. An absent optional member is an absent feature. */
export interface Deps {
  log: EventLog;
  workspace: Workspace;
  templates: Templates;
  /** Finds earlier incidents. */
  search: TextSearch;
  git: Git | null;
  clock: Clock;
  ids: Ids;
  pace: Pace;
  settings: Settings;
  /** Runs the repository's own commands. This and what ships a fix are absent outside of git. */
  checks?: Checks;
  changes?: Changes;
  shipping?: Shipping;
  backports?: Backports;
  rollbacks?: Rollbacks;
  /** The services that are connected, loaded when asked for. Absent where the settings name none. */
  outward?: (() => Promise<Outward>) | undefined;
  /** Where the team tracks its work; of what is connected, for operations that asked for it. */
  tracker?: Tracker;
  /** Shows incidents as tasks. Absent where the repository has no task manager. */
  board?: TaskBoard;
  /** Somebody who can be asked for a yes. Absent where nobody can. */
  approvals?: Approvals;
  /** Absent where a call has to answer soon: long work then becomes a job. */
  foreground?: Foreground;
  /** Where the caller shows how far long work is. */
  progress?: (line: string) => void;
  /** Who is calling. Set by the door, never by an argument. */
  actor: Actor;
  /** Takes secrets and personal data out; the log does it again at its own door. */
  redact(text: string): { text: string; removed: { type: string; token: string }[] };
  /** Ends what is kept open, such as a connection. Absent where nothing is. */
  close?: () => Promise<void>;
}

/** What an operation answers. `text` and `data` say the same: some agents show their model only one of them. */
export interface Answer<Data> {
  text: string;
  data: Data;
  warnings: string[];
}

export interface ToolSpec<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string;
  title: string;
  effect: Effect;
  description: string;
  input: Input;
  output: Output;
  run(input: z.output<Input>, deps: Deps): Promise<Answer<z.input<Output>>>;
}

/** A tool as the doors see it: schemas and a runner over already validated input. */
export interface Tool {
  name: string;
  title: string;
  effect: Effect;
  description: string;
  input: z.ZodObject;
  output: z.ZodObject;
  run(input: Record<string, unknown>, deps: Deps): Promise<Answer<Record<string, unknown>>>;
}

/** Ties a tool's runner to its schemas; the doors get the plain form. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  spec: ToolSpec<Input, Output>,
): Tool {
  return { ...spec, run: (input, deps) => spec.run(input as z.output<Input>, deps) };
}
