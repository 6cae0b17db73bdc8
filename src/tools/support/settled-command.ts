import { type DeployValues, fillCommand } from '../../core/ship/shipping.ts';
import type { Deps } from '../tool.ts';

/**
 * A command of a plan as the settings give it now. What runs comes from the settings and never from the record: the
 * record only says that it is what was approved.
 * @param words of the settings
 * @param planned as the plan has it, secrets taken out
 * @returns null when the settings say something else by now
 */
export function settledCommand(
  words: readonly string[] | undefined,
  planned: readonly string[] | null,
  values: DeployValues,
  deps: Deps,
): string[] | null {
  const command = words === undefined ? null : fillCommand(words, values);
  const shown = command?.map((word) => deps.redact(word).text) ?? null;
  return command !== null && JSON.stringify(shown) === JSON.stringify(planned) ? command : null;
}
