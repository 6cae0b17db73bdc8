import { SECOND } from '../../core/time.ts';
import type { Answer, Deps } from '../tool.ts';
import { resumeFollowUps } from './followup-resume.ts';
import { waitFor } from './jobs.ts';
import { sendWaiting } from './mirror.ts';
import type { Delivered } from './send-once.ts';
import { faultWarnings, sendingWarnings, shownNow } from './sending-words.ts';

/** An answer does not wait longer for somebody else's server; what is under way goes on. */
const PATIENCE_MS = 3 * SECOND;

interface Running {
  again: boolean;
  ended: Promise<Delivered[]>;
}
const RUNNING = new Map<string, Running>();

/**
 * After an operation: the services that show its incident are told, and what waited is tried again. The record has
 * everything already, so nothing here can fail the call; what did not go out is a sentence for the answer and stays
 * queued.
 */
export async function answeredAndSent(
  answer: Answer<Record<string, unknown>>,
  deps: Deps,
): Promise<Answer<Record<string, unknown>>> {
  const { uid, opened } = answer.data;
  if (deps.outward === undefined || typeof uid !== 'string') return answer;
  const warnings = await sendSoon(uid, deps, { isOpening: opened === true });
  const fresh = warnings.filter((warning) => !answer.warnings.includes(warning));
  if (fresh.length === 0) return answer;
  const text = [answer.text, ...fresh.map((warning) => `! ${warning}`)].join('\n');
  return { ...answer, text, warnings: [...answer.warnings, ...fresh] };
}

/**
 * Sentences for whoever reads the answer.
 * @param isOpening also tells what the settings name and is not connected
 */
export async function sendSoon(uid: string, deps: Deps, { isOpening = false } = {}): Promise<string[]> {
  if (deps.outward === undefined) return [];
  const running = begin(uid, deps);
  let told: Delivered[] = [];
  await waitFor(
    running.ended.then((delivered) => {
      told = delivered;
    }),
    PATIENCE_MS,
  );
  const faults = isOpening ? (await deps.outward()).faults : [];
  return [...shownNow(told), ...faultWarnings(faults), ...sendingWarnings(told)];
}

/** One run per incident and process; what is recorded meanwhile is sent by one more run after it. */
function begin(uid: string, deps: Deps): Running {
  const key = `${deps.workspace.root}\0${uid}`;
  const found = RUNNING.get(key);
  if (found) {
    found.again = true;
    return found;
  }
  const running: Running = { again: false, ended: Promise.resolve([]) };
  const work = async (): Promise<Delivered[]> => {
    const told: Delivered[] = [];
    do {
      running.again = false;
      told.push(...(await sendWaiting(uid, deps).catch(() => [])));
      await resumeFollowUps(uid, deps).catch(() => []);
    } while (running.again);
    return told;
  };
  running.ended = work().finally(() => RUNNING.delete(key));
  RUNNING.set(key, running);
  return running;
}
