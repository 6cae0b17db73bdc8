import type { ServiceCheck } from '../../ports-outward.ts';
import type { Connect } from '../connection.ts';
import { baseAddress } from '../http.ts';
import { checkSlack } from './check.ts';
import { createSlackClient } from './client.ts';
import { createSlackSurface } from './surface.ts';

const API = 'https://slack.com/api';

/** Incidents in one Slack channel. What people do there comes in through the hub. */
export const connectSlack: Connect = async ({ settings: { slack }, env }) => {
  const none = async (): Promise<ServiceCheck[]> => [];
  if (!slack) return { check: none };
  const token = env.SLACK_BOT_TOKEN?.trim();
  if (!token) {
    const hint = 'set SLACK_BOT_TOKEN to the bot token of the app (xoxb-...)';
    return { faults: [{ service: 'slack', message: 'Slack has no token', hint }], check: none };
  }
  const base = baseAddress('SLACK_API_URL', env.SLACK_API_URL?.trim() || API);
  const client = createSlackClient(token, base);
  return {
    surfaces: [createSlackSurface(client, slack)],
    check: () => checkSlack(client, slack, env),
  };
};
