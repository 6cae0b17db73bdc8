import * as z from 'zod/v4';
import { type Classification, classify } from '../core/classify.ts';
import { SeverityFacts } from '../core/severity-facts.ts';
import { CAPS, capText, cleanText, oneLine } from '../core/untrusted.ts';
import { defineTool } from './tool.ts';

/** Longest quote of the description in an answer, in characters. */
const QUOTE = 80;

const Output = z.object({
  verdict: z.enum(['incident', 'not_an_incident']),
  reason: z.string().nullable(),
  severity: z.string(),
  confirmed: z.boolean(),
  range: z.object({ lowest: z.string(), highest: z.string() }),
  rules: z.array(
    z.object({
      id: z.string(),
      because: z.string(),
      fact: z.string(),
      value: z.string(),
      origin: z.string(),
      quote: z.string().optional(),
    }),
  ),
  questions: z.array(z.object({ fact: z.string(), ask: z.string(), would_become: z.string() })),
  clock: z.record(z.string(), z.number().nullable()),
  presets: z.record(z.string(), z.string()),
  next: z.string(),
});

/** The severity of stated facts, with the range that unknown facts leave open. Changes nothing. */
export default defineTool({
  name: 'classify_severity',
  title: 'Classify severity',
  effect: 'read',
  description:
    'Severity P0-P3 from stated facts; leave out what is unknown. Returns level, range, rules, decisive questions, clock.',
  input: SeverityFacts.extend({ description: z.string().optional() }),
  output: Output,
  async run({ description, ...facts }, deps) {
    const text =
      description === undefined
        ? undefined
        : capText(deps.redact(cleanText(description)).text, CAPS.text).text;
    const result = classify({
      facts,
      ...(text === undefined ? {} : { description: text }),
      matrix: deps.settings.matrix,
    });
    const next = nextOf(result);
    return { text: textOf(result, next), data: { ...dataOf(result), next }, warnings: [] };
  },
});

function dataOf(result: Classification): Omit<z.infer<typeof Output>, 'next'> {
  return {
    verdict: result.verdict,
    reason: result.not_incident_reason ?? null,
    severity: result.label,
    confirmed: result.confirmed,
    range: result.range,
    rules: result.rules.map(({ id, effect, fact, value, origin, quote }) => ({
      ...{ id, because: effect, fact, value, origin },
      ...(quote === undefined ? {} : { quote: oneLine(quote, QUOTE) }),
    })),
    questions: result.questions,
    clock: { ...result.clock },
    presets: result.presets,
  };
}

function nextOf(result: Classification): string {
  if (result.verdict === 'not_an_incident')
    return 'No incident: tell the user why; open one only if they insist.';
  const [question] = result.questions;
  const opened = 'create_hotfix_task opens the record';
  return result.confirmed || !question
    ? `${opened}; then mitigate.`
    : `${opened} now; meanwhile ask: ${question.ask}`;
}

function textOf(result: Classification, next: string): string {
  const { lowest, highest } = result.range;
  const clock = result.clock;
  return [
    result.verdict === 'incident'
      ? `${result.label}${result.confirmed ? '' : ' (unconfirmed)'}, possible range ${highest === lowest ? lowest : `${highest} to ${lowest}`}`
      : `Not an incident: ${result.not_incident_reason ?? ''}`,
    ...result.rules.map(
      (rule) =>
        `- ${rule.id}: ${rule.effect} [${rule.fact} = ${rule.value}, ${rule.origin}${rule.quote === undefined ? '' : `, quoted: "${oneLine(rule.quote, QUOTE)}"`}]`,
    ),
    ...result.questions.map((question) => `? ${question.ask} (${question.fact}: ${question.would_become})`),
    `Clock: respond ${minutes(clock.respond_within_min)}, resolve ${minutes(clock.resolve_within_min)}, first update ${minutes(clock.first_update_min)}, then every ${minutes(clock.update_every_min)}`,
    `In other scales: ${Object.entries(result.presets)
      .map(([preset, label]) => `${preset} ${label}`)
      .join('; ')}`,
    `Next: ${next}`,
  ].join('\n');
}

function minutes(value: number | null): string {
  if (value === null) return 'none';
  return value % 60 === 0 ? `${value / 60} h` : `${value} min`;
}
