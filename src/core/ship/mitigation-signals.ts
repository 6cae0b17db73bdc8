import { isDenied } from '../extract-facts.ts';
import { type Incident, lastOf } from '../incident.ts';
import type { FactName } from '../kinds.ts';
import type { MigrationClass } from './migration-signs.ts';

/** What decides between the ways to stop the harm. */
export const MITIGATION_SIGNALS = [
  'cause',
  'deploy',
  'flag',
  'config',
  'data',
  'load',
  'database',
  'third_party',
  'security',
  'spreading',
  'workaround',
  'rollback_applies',
  'schema_stays',
  'data_is_gone',
] as const;
export type MitigationSignal = (typeof MITIGATION_SIGNALS)[number];

/** `from` names what was recorded, in our own words; null while nothing says anything. */
type SignalReading = { value: 'yes' | 'no'; from: string } | { value: 'unknown'; from: null };
export type SignalReadings = Record<MitigationSignal, SignalReading>;

/** What a rehearsal adds to the record. */
export interface RehearsalSays {
  outcome: 'applies' | 'conflicts' | 'nothing_left';
  class: MigrationClass;
  /** Kinds of the touched files, as `kindsOf` names them. */
  kinds: readonly string[];
}

const UNKNOWN_SIGNAL: SignalReading = { value: 'unknown', from: null };
const yes = (from: string): SignalReading => ({ value: 'yes', from });
const no = (from: string): SignalReading => ({ value: 'no', from });

interface Statement {
  from: string;
  text: string;
}

/** Words in what people recorded. Bounded and linear; a denial in the same clause turns a hit round. */
interface WordRule {
  where: readonly (FactName | 'cause' | 'description')[];
  said: RegExp;
}

const ANYWHERE = ['what_changed', 'cause', 'observation', 'description'] as const;

const WORDS: Partial<Record<MitigationSignal, WordRule>> = {
  deploy: {
    where: ['what_changed', 'cause', 'description'],
    said: /\b(?:(?:re)?deploy(?:ed|ment|ments|s)?|releas(?:e|ed|es)|roll(?:ed)?[ -]?out|shipped|merged|upgrad(?:e|ed|es)|updat(?:e|ed) to|v\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)\b/gi,
  },
  flag: {
    where: ['what_changed', 'cause', 'blast_radius', 'description'],
    said: /\b(?:(?:behind|under) (?:an? |the )?)?(?:feature[ -]?flag(?:s|ged)?|flags?|toggles?|experiments?|canary)\b/gi,
  },
  config: {
    where: ['what_changed', 'cause'],
    said: /\b(?:config(?:uration)?s?|env(?:ironment)? variables?|certificates?|dns|quotas?)\b/gi,
  },
  load: {
    where: [...ANYWHERE, 'affected_systems'],
    said: /\b(?:traffic|overload(?:ed)?|(?:high|heavy|peak|under) load|cpu|out of memory|oom|saturat\w{1,10}|throttl\w{1,10}|backlog|connection pool|too many connections|capacity|rate limit\w{0,10})\b/gi,
  },
  database: {
    where: [...ANYWHERE, 'affected_systems'],
    said: /\b(?:databases?|db|sql|postgres\w{0,10}|mysql|mongo\w{0,10}|migrations?|schema|deadlocks?|replicas?)\b/gi,
  },
  third_party: {
    where: ['cause', 'affected_systems', 'blast_radius', 'observation'],
    said: /\b(?:third[ -]part(?:y|ies)|(?:cloud|hosting|payment|mail|email|sms|identity) providers?|vendors?|upstream|cdn|regions?|availability zones?|data ?cent(?:er|re)s?)\b/gi,
  },
};

/** Answers of the severity facts; what is not listed stays unknown. */
const ANSWERS: Partial<
  Record<MitigationSignal, { fact: FactName; yes: readonly string[]; no: readonly string[] }>
> = {
  data: { fact: 'data', yes: ['at_risk', 'lost_or_corrupted', 'exposed'], no: ['none'] },
  security: { fact: 'security', yes: ['yes', 'suspected'], no: ['no'] },
  spreading: { fact: 'spreading', yes: ['yes'], no: ['no'] },
  workaround: { fact: 'workaround', yes: ['yes'], no: ['no'] },
};

/** `nothing`, `no deploy since Monday`: said about what changed, it denies a release. */
const NOTHING = /^\s*(?:nothing|none|no (?:recent )?(?:changes?|deploy\w*|releases?))\b/i;

/**
 * Everything that the record and the rehearsal say about the ways to stop the harm. Nothing is guessed: words that
 * nobody recorded leave a signal unknown, and only a denial makes it a no.
 */
export function readSignals(incident: Incident, rehearsal: RehearsalSays | null): SignalReadings {
  const found: [MitigationSignal, SignalReading][] = MITIGATION_SIGNALS.map((name) => [
    name,
    FROM_REHEARSAL[name]?.(rehearsal) ?? readWords(name, incident) ?? UNKNOWN_SIGNAL,
  ]);
  const readings = Object.fromEntries(found) as SignalReadings;
  return {
    ...readings,
    cause: incident.cause ? yes('cause_identified') : no('no cause is recorded'),
    deploy: readings.deploy.value === 'unknown' ? deployOf(incident) : readings.deploy,
  };
}

const FROM_REHEARSAL: Partial<
  Record<MitigationSignal, (rehearsal: RehearsalSays | null) => SignalReading | null>
> = {
  rollback_applies: (one) =>
    one === null
      ? UNKNOWN_SIGNAL
      : one.outcome === 'applies'
        ? yes('the rehearsal: it applies')
        : no(
            one.outcome === 'conflicts'
              ? 'the rehearsal: it conflicts with later changes'
              : 'the rehearsal: nothing of it is left to take back',
          ),
  schema_stays: (one) =>
    one === null
      ? UNKNOWN_SIGNAL
      : one.class === 'forward_only'
        ? yes('the rehearsal: a migration in it is forward only')
        : no('the rehearsal'),
  data_is_gone: (one) =>
    one === null
      ? UNKNOWN_SIGNAL
      : one.class === 'destructive'
        ? yes('the rehearsal: a migration in it destroys data')
        : no('the rehearsal'),
  flag: (one) => (one?.kinds.includes('feature_flag') ? yes('the changes: they touch a feature flag') : null),
  config: (one) =>
    one && one.kinds.length > 0 && one.kinds.every((kind) => kind === 'configuration')
      ? yes('the changes: nothing but configuration')
      : null,
  database: (one) =>
    one?.kinds.includes('migration') ? yes('the changes: a migration is among them') : null,
};

function readWords(name: MitigationSignal, incident: Incident): SignalReading | null {
  const answer = ANSWERS[name];
  if (answer !== undefined) {
    const value = incident.facts.get(answer.fact)?.value.trim().toLowerCase() ?? '';
    if (answer.yes.includes(value)) return yes(`fact ${answer.fact}: ${value}`);
    return answer.no.includes(value) ? no(`fact ${answer.fact}: ${value}`) : null;
  }
  const rule = WORDS[name];
  if (rule === undefined) return null;
  let denied: SignalReading | null = null;
  for (const place of rule.where) {
    const statement = statementOf(place, incident);
    if (statement === null) continue;
    const reading = readStatement(name, rule, statement);
    if (reading?.value === 'yes') return reading;
    denied ??= reading;
  }
  return denied;
}

function statementOf(place: WordRule['where'][number], incident: Incident): Statement | null {
  if (place === 'cause') return incident.cause && { from: 'cause_identified', text: incident.cause.text };
  if (place === 'description') return { from: 'the description', text: incident.description };
  const fact = incident.facts.get(place);
  return fact === undefined ? null : { from: `fact ${place}`, text: fact.value };
}

function readStatement(
  name: MitigationSignal,
  rule: WordRule,
  { from, text }: Statement,
): SignalReading | null {
  const said = text.slice(0, 16_384);
  if (name === 'deploy' && from === 'fact what_changed' && NOTHING.test(said)) return no(from);
  let denied = false;
  for (const match of said.matchAll(rule.said)) {
    if (!isDenied(said, match)) return yes(from);
    denied = true;
  }
  return denied ? no(from) : null;
}

/** A measured search that named changes, when nobody said what changed. */
function deployOf(incident: Incident): SignalReading {
  const searched = lastOf(
    incident,
    'noted',
    (event) =>
      event.basis === 'measured' && Array.isArray(event.data.suspects) && event.data.suspects.length > 0,
  );
  return searched === null ? UNKNOWN_SIGNAL : yes('find_suspect_changes: changes went live before it');
}
