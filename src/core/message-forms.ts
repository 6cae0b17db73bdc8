import { openDebts } from './debts.ts';
import { roleWords } from './documents/describe.ts';
import { lastOf, standingResolution } from './incident.ts';
import {
  about,
  actionsLine,
  askedOf,
  dataLine,
  details,
  etaOf,
  lengthLine,
  line,
  list,
  openActions,
  postmortemLine,
  recordOf,
  refutedOf,
  resolutionOf,
  SORRY,
  stableLine,
  WAS_SORRY,
} from './message-lines.ts';
import {
  conditionsOf,
  doneOf,
  needsOf,
  nextStepsOf,
  nextUpdateLine,
  overviewOf,
  statusOf,
} from './message-status.ts';
import { type Audience, type Form, impactOf, type MessageInput, serviceOf } from './message-words.ts';
import { oneLine } from './untrusted.ts';

/** The five forms of message, each as lines per audience. Sources: seed 001 (three forms), seed 000 (need eyes). */

interface FormSpec {
  icon: string;
  /** `service` is null when nobody said what is affected. */
  headline(input: MessageInput, service: string | null): string;
  /** Labelled lines, then closing sentences. */
  body: Record<Audience, (input: MessageInput) => { lines: string[]; tail: string[] }>;
}

/** Initial alert and update differ in the order of their lines only. */
function running(first: 'impact' | 'status', opening: string[]): FormSpec['body'] {
  const order = (input: MessageInput, label: string) => {
    const both = [line('Impact', impactOf(input)), line(label, statusOf(input))];
    return first === 'impact' ? both : both.reverse();
  };
  return {
    internal: (input) => ({
      lines: [
        ...order(input, 'Status'),
        line('ETA', etaOf(input)),
        line('Conditions', conditionsOf(input.incident)),
        line('Actions', list(doneOf(input.incident), 'none recorded')),
        line('Needs', needsOf(input.incident)),
        ...details(input, 'Details'),
      ],
      tail: [...opening, nextUpdateLine(input), recordOf(input)],
    }),
    executive: (input) => ({
      lines: [
        ...order(input, 'Current status'),
        line('ETA', etaOf(input)),
        line('Overview', overviewOf(input.incident)),
        ...details(input, 'Details'),
        line('Next steps', nextStepsOf(input.incident)),
      ],
      tail: [...opening, nextUpdateLine(input)],
    }),
    public: (input) => ({
      lines: [...order(input, 'Status'), line('ETA', etaOf(input)), ...details(input, 'Details')],
      tail: [standingResolution(input.incident) ? WAS_SORRY : SORRY, ...opening, nextUpdateLine(input)],
    }),
  };
}

export const FORM_SPECS: Record<Form, FormSpec> = {
  initial: {
    icon: '🚨',
    headline: (input) =>
      about(
        input,
        (service) => `Investigating issues with ${service}`,
        'Investigating issues',
        'Investigating issues with our service',
      ),
    body: running('impact', ['Updates to follow.']),
  },
  update: {
    icon: '🔄',
    headline: (input) =>
      about(
        input,
        (service) => `Update on ${service} issue`,
        'Update',
        'Update on an issue with our service',
      ),
    body: running('status', []),
  },
  resolution: {
    icon: '✅',
    headline: (input) =>
      about(
        input,
        (service) => `Resolved: ${service} issue`,
        'Resolved',
        'Resolved: an issue with our service',
      ),
    body: {
      internal: (input) => ({
        lines: [
          lengthLine(input),
          line('Resolution', resolutionOf(input)),
          ...dataLine(input),
          actionsLine(input.incident),
        ],
        tail: [postmortemLine(input), recordOf(input)],
      }),
      executive: (input) => ({
        lines: [
          lengthLine(input),
          line('Resolution', resolutionOf(input)),
          ...dataLine(input),
          line('Current status', statusOf(input)),
          line('Overview', overviewOf(input.incident)),
          line('Next steps', nextStepsOf(input.incident)),
        ],
        tail: [postmortemLine(input)],
      }),
      public: (input) => ({
        lines: [lengthLine(input), line('Resolution', resolutionOf(input)), ...dataLine(input)],
        tail: [WAS_SORRY],
      }),
    },
  },
  need_eyes: {
    icon: '👀',
    headline: (input) => {
      const service = serviceOf(input);
      return input.request.audience === 'public'
        ? `We don't know yet what is wrong with ${service ?? 'our service'}`
        : `I don't know yet - need eyes on ${service ?? 'a system that nobody has named yet'}`;
    },
    body: {
      internal: (input) => ({
        lines: [
          line('To', askedOf(input)),
          line('Impact', impactOf(input)),
          line('Status', statusOf(input)),
          line('Conditions', conditionsOf(input.incident)),
          line('Ruled out', list(refutedOf(input.incident), 'nothing yet')),
          ...details(input, 'Seen'),
        ],
        tail: [recordOf(input)],
      }),
      executive: (input) => ({
        lines: [
          line('Current status', statusOf(input)),
          line('Overview', overviewOf(input.incident)),
          ...details(input, 'Details'),
          line('Next steps', `a ${roleWords('subject_matter_expert')} looks at it`),
        ],
        tail: [nextUpdateLine(input)],
      }),
      public: (input) => ({
        lines: [
          line('Impact', impactOf(input)),
          line('Status', statusOf(input)),
          ...details(input, 'Details'),
        ],
        tail: [SORRY, nextUpdateLine(input)],
      }),
    },
  },
  closure: {
    icon: '🏁',
    headline: (input) =>
      about(input, (service) => `Closed: ${service} issue`, 'Closed', 'Closed: an issue with our service'),
    body: {
      internal: (input) => ({
        lines: [
          line('Stable', stableLine(input.incident)),
          lengthLine(input),
          line('What was done', resolutionOf(input)),
          actionsLine(input.incident),
          line(
            'Debt',
            list(
              openDebts(input.incident).map((debt) =>
                oneLine(`${debt.gate}: ${debt.missing.join(', ')}`, 120),
              ),
              'none',
            ),
          ),
        ],
        tail: [postmortemLine(input), recordOf(input)],
      }),
      executive: (input) => ({
        lines: [
          line('Current status', `Closed; stability ${stableLine(input.incident)}`),
          line('Overview', overviewOf(input.incident)),
          lengthLine(input),
          line('What was done', resolutionOf(input)),
          line('Next steps', `${openActions(input.incident).length} open action item(s)`),
        ],
        tail: [postmortemLine(input)],
      }),
      public: (input) => ({
        lines: [
          ...(stableLine(input.incident).startsWith('confirmed')
            ? ['Status: Closed. We have seen no recurrence.']
            : ['Status: Closed.']),
          line('What was done', resolutionOf(input)),
        ],
        tail: [
          ...(lastOf(input.incident, 'postmortem_written') ? ['We have reviewed what happened.'] : []),
          WAS_SORRY,
        ],
      }),
    },
  },
};
