import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Real incidents, read where they lie and never copied. What each file holds is told in its folder's README. */
export interface StatusRow {
  id: string;
  url: string;
  title: string;
  label_raw: 'critical' | 'major' | 'minor' | 'none' | 'maintenance';
  started_at: string;
  resolved_at: string;
  duration_minutes: number;
  updates: { at: string; status: string; message: string }[];
}

export interface LogRow {
  id: string;
  title: string;
  key_events: Record<'detected' | 'declared' | 'repaired' | 'resolved', string | null>;
  impact: string;
  identified: string;
  resolution: string;
  timeline: [string, string][];
  stated_time_to_repair_min: number | null;
  stated_time_to_resolve_min: number | null;
  computed_time_to_repair_min: number | null;
  computed_time_to_resolve_min: number | null;
}

export interface PostmortemRow {
  id: string;
  title: string;
  summary: string;
  timeline: [string, string][];
  contributing_factors: string;
  lessons: string;
  stated_time_to_detection: string;
  stated_time_to_recovery: string;
}

const rows = (folder: string, file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** `folder` holds the data; nothing is read from anywhere else. */
export const statusRows = (folder: string): StatusRow[] => rows(folder, 'github-status.jsonl');
export const logRows = (folder: string): LogRow[] => rows(folder, 'moj-incidents.jsonl');
export const postmortemRows = (folder: string): PostmortemRow[] => rows(folder, 'dfds-postmortems.jsonl');
