import * as z from 'zod/v4';
import { oneLine } from '../untrusted.ts';
import { SERVICES, type ServiceName } from './services.ts';

const SERVICE = z.enum(Object.keys(SERVICES) as [ServiceName, ...ServiceName[]]);

/**
 * One message and where it goes, before anybody says yes to it. It stands in the data of a measured event like every
 * other plan, so whoever approves it elsewhere reads the same bytes.
 */
export const PostPlan = z.object({
  v: z.literal(1),
  action: z.literal('post'),
  incident: z.string(),
  attempt: z.int().min(1),
  audience: z.enum(['internal', 'public', 'executive']),
  title: z.string(),
  text: z.string(),
  systems: z.array(z.string()),
  public_status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
  targets: z.array(
    z.object({
      service: SERVICE,
      name: z.string(),
      /** The incident is not shown there yet: this post begins it, and it is kept up to date from then on. */
      opens: z.boolean(),
      /** Everybody can read it. */
      open_to_all: z.boolean(),
    }),
  ),
  /** About security, and not only to people of the team: a person has to say so. */
  discloses: z.boolean(),
  made_at: z.iso.datetime(),
});
export type PostPlan = z.infer<typeof PostPlan>;

const AUDIENCE_WORDS: Record<PostPlan['audience'], string> = {
  internal: 'the team',
  executive: 'executives',
  public: 'the public',
};

/** `Post an update to the team`. */
export function postTitle({ audience }: PostPlan): string {
  return `Post an update to ${AUDIENCE_WORDS[audience]}`;
}

/** The whole plan as lines for whoever approves it; every line of the text begins with a bar, so none can pass for ours. */
export function postLines(plan: PostPlan): string[] {
  const systems = plan.systems.length === 0 ? [] : [oneLine(`Systems: ${plan.systems.join(', ')}`, 300)];
  return [
    postTitle(plan),
    'To:',
    ...plan.targets.map(({ name, opens, open_to_all }) =>
      oneLine(
        `  ${name}${open_to_all ? ' (everybody can read it)' : ''}${opens ? ': shows the incident there from now on' : ''}`,
        300,
      ),
    ),
    ...systems,
    // A status page shows both; the team's own places have the incident's title already.
    ...(plan.audience === 'public'
      ? [`Title: ${oneLine(plan.title, 300)}`, `Status: ${plan.public_status}`]
      : []),
    ...(plan.discloses ? ['This incident is about security, and not only the team will read this.'] : []),
    'Text:',
    ...plan.text.split('\n').map((line) => `  | ${oneLine(line, 2_000)}`),
  ];
}
