import { setTimeout as pause } from 'node:timers/promises';
import type { Connect } from '../connection.ts';
import { baseAddress } from '../http.ts';
import { valuesOf } from '../needed.ts';
import { STATUSPAGE_API, statusPage, type Timing } from './api.ts';
import { checkStatuspage } from './check.ts';
import { statuspageSurface } from './surface.ts';

const REAL: Timing = { now: () => performance.now(), pause: async (ms) => void (await pause(ms)) };

/** Statuspage as the settings and the environment name it. Makes no request. */
export const connectStatuspage: Connect = async ({ settings: { statuspage: own }, env }) => {
  if (own === undefined) return { check: async () => [] };
  const value = valuesOf('statuspage', env);
  const address = value('STATUSPAGE_API_URL');
  const base = address === '' ? STATUSPAGE_API : baseAddress('STATUSPAGE_API_URL', address);
  const page = statusPage(base, value('STATUSPAGE_API_KEY'), own.page, REAL);
  return { surfaces: [statuspageSurface(page, own)], check: () => checkStatuspage(page, own) };
};
