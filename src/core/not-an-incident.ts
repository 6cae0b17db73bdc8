/** Why a report is told to be no incident. */
export interface NotAnIncident {
  id: 'planned-maintenance' | 'docs-typo' | 'branch-test' | 'not-production';
  /** One sentence, our own words. */
  reason: string;
}

interface Kind extends NotAnIncident {
  /** Only the first sentence is read: what follows a title that names planned work is its plan and its log. */
  title?: true;
  /** Linear, bounded gaps: the text is untrusted. */
  pattern: RegExp;
  /** Words that make it an incident after all. */
  unless: RegExp;
}

/** Longest first sentence that is read as the title. */
const HEAD = 160;
const headOf = (text: string): string => text.slice(0, HEAD).split(/[.!?] |\n/, 1)[0] ?? '';

/** Words that speak of harm outside the team. */
const USERS_HURT = /\b(?:users?|customers?|production|prod|outage|data loss|breach)\b/i;

const PLANNED =
  'This is planned maintenance: announce it, and open an incident only if something breaks that was not planned.';

const KINDS: readonly Kind[] = [
  {
    id: 'planned-maintenance',
    reason: PLANNED,
    pattern:
      /\b(?:(?:planned|scheduled|upcoming|routine) (?:\w+ ){0,2}(?:maintenance|downtime|outage|upgrade|migration|restart)|maintenance (?:window|on|of|for)|maintenance (?:is |has been )?(?:scheduled|planned)|(?:down|offline|unavailable) for (?:\w+ )?maintenance)\b/i,
    unless:
      /\b(?:unplanned|unscheduled|unexpected\w*|emergency|fail(?:s|ed|ing|ures?)?|errors?|broken|crash\w*|overr[au]n\w*|longer than|can(?:not|['’]?t)|data loss|breach|(?:after|since|following|despite) (?:the |a |our |last |this )?(?:\w+['’]?s? )?(?:planned |scheduled |routine )?(?:\w+ )?(?:maintenance|upgrade|migration|restart))\b/i,
  },
  {
    id: 'planned-maintenance',
    reason: PLANNED,
    title: true,
    pattern:
      /\b(?:maintenance|(?:upgrade|migration|restart)(?: (?:of|on|to|from|for|in|and|with)\b|$| ?\()|(?:upgrade|update|migrate|move|restart)[^.\n]{0,60} (?:to|version)\b|version update|dns update)/i,
    unless:
      /\b(?:unplanned|unscheduled|unexpected\w*|emergency|fail\w*|errors?|bugs?|brok\w+|crash\w*|lock(?:ed|ing|s)|stuck|hang\w*|block\w*|lost|loss|losing|delet\w+|corrupt\w*|wip\w+|dropp\w+|missing|wrong|bad|slow\w*|timeouts?|timed|down(?!time)|outage|unavailable|unreachable|degrad\w+|disrupt\w*|issues?|problems?|incident|stop(?:ped|s)|reject\w*|cannot|can['’]?t|not|never|unable|no longer|overr[au]n\w*|longer than|breach|leak\w*|expos\w+|users?|customers?|everyone|nobody|caus\w+|because|due|after|since|following|despite|during|[45]\d\d)\b/i,
  },
  {
    id: 'docs-typo',
    reason: 'This is a mistake in documentation: fix it in the normal flow.',
    pattern:
      /\b(?:(?:typos?|spelling|misspell\w*|grammar|wording|broken link)\b[^.\n]{0,60}\b(?:docs?|documentation|read-?me|comments?|changelog|wiki|guide)|(?:docs?|documentation|read-?me|comments?|changelog|wiki|guide)\b[^.\n]{0,60}\b(?:typos?|spelling|misspell\w*|grammar|wording|broken link))\b/i,
    unless: USERS_HURT,
  },
  {
    id: 'branch-test',
    reason: 'This is a failing check on a branch: nothing in production changed, fix it in the normal flow.',
    pattern:
      /\b(?:(?:unit |integration |e2e |flaky )?tests?|ci|build|lint(?:er)?|pipeline|type ?check)\b[^.\n]{0,60}\b(?:fail\w*|red|broken|flaky)\b[^.\n]{0,40}\b(?:(?:feature|my|this|a|the|dev|topic|draft) (?:\w+ )?branch|pull request|pr|merge request)\b/i,
    unless:
      /\b(?:users?|customers?|production|prod|outage|deploy(?:ed|s|ing)?|main branch|master|release branch|hotfix branch)\b/i,
  },
];

/** The kind of non-incident that the description says clearly, if any. */
export function notAnIncident(description: string): NotAnIncident | undefined {
  const found = KINDS.find((kind) => {
    const text = kind.title ? headOf(description) : description;
    return kind.pattern.test(text) && !kind.unless.test(text);
  });
  return found === undefined ? undefined : { id: found.id, reason: found.reason };
}

export const NOT_PRODUCTION: NotAnIncident = {
  id: 'not-production',
  reason: 'It is not in production: nobody outside the team is hurt, fix it in the normal flow.',
};
