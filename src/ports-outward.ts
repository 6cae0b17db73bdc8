import type {
  Mark,
  MarksWanted,
  PullDraft,
  PullState,
  PullWanted,
  RelatedIssue,
} from './core/outward/github-facts.ts';
import type { OutboxEntry } from './core/outward/outbox.ts';
import type { Json, Message, Place, SendOutcome, SurfaceView } from './core/outward/sending.ts';
import type { ServiceName } from './core/outward/services.ts';
import type { Tracker } from './ports-tracker.ts';

/** What the operations need of the services around a repository. One method is one attempt: whoever calls repeats it. */

/**
 * A service that shows incidents. Whoever calls looks before making anything, records the intent first and holds the
 * lock of the incident, so an adapter neither retries a write nor remembers anything. No method but `find` and
 * `findPost` throws for what the network or the service does.
 */
export interface SurfaceOf<Draft extends Json> {
  service: ServiceName;
  /** For people: `the GitHub issue in acme/shop`, `#incidents in Slack`. */
  name: string;
  audience: 'internal' | 'public';
  /** Kept up to date with the record by itself. A status page is not: each of its texts is approved. */
  mirrors: boolean;
  /** `message`: the first approved message opens it, as part of it. */
  opens: 'view' | 'message';
  /** Opening makes only the beginning of it, and a refresh the rest. */
  opensBare?: true;
  /** `never` for a service that is told the state and takes no words; to post to it is to show the incident there. */
  posts?: 'never';
  /** Who can read it. `unknown` when it cannot be asked. */
  visibility(): Promise<'private' | 'public' | 'unknown'>;
  /** What it shows, as plain JSON; the same record gives the same draft. Pure and quick. */
  draft(view: SurfaceView): Draft;
  /** Where it is shown already, by the hidden marker; null when nowhere. @throws PulseError upstream when it cannot be asked */
  find(marker: string): Promise<Place | null>;
  /** Makes it, with the marker in it. */
  open(draft: Draft, marker: string, first: Message | null): Promise<SendOutcome>;
  /** Brings it up to date; the same draft again changes nothing. */
  refresh(place: Place, draft: Draft): Promise<SendOutcome>;
  /** @throws PulseError upstream when it cannot be asked */
  findPost(place: Place, marker: string): Promise<Place | null>;
  /** One message there, with the marker in it. */
  post(place: Place, message: Message, marker: string): Promise<SendOutcome>;
}
export type Surface = SurfaceOf<Json>;

/** What was meant to go out and what became of it, by incident. Acknowledged means flushed. */
export interface Outbox {
  read(uid: string): Promise<OutboxEntry[]>;
  append(uid: string, entry: OutboxEntry): Promise<void>;
  /** Runs `work` while no other process of this host sends for the incident; null, at once, when another does. */
  exclusively<T>(uid: string, work: () => Promise<T>): Promise<T | null>;
}

/** Pull requests of the repository, for branches that take nothing else. */
export interface PullRequests {
  /** `GitHub in acme/shop`, our words. */
  name: string;
  /** `acme/shop` */
  repository: string;
  /** The open pull request of that branch into that base, else the newest merged one; null when there is none. @throws PulseError upstream */
  find(wanted: PullWanted): Promise<PullState | null>;
  /** Makes it; its place ends in `#<number>`. The service itself refuses a second open one of the same two branches. */
  open(draft: PullDraft, marker: string): Promise<SendOutcome>;
  /** Title and text as in the draft; the same again changes nothing. */
  update(number: number, draft: PullDraft, marker: string): Promise<SendOutcome>;
  /** Its state and the approving reviews of its present head, from people who may approve. @throws PulseError upstream */
  state(number: number): Promise<PullState>;
  /** True when the service takes no direct push to that branch from us; null when it does not tell. */
  isProtected(branch: string): Promise<boolean | null>;
}

/** What the service knows of deploys: deployments, releases, runs of deploy workflows. */
export interface DeployMarks {
  /** Newest first; an empty list when it knows none. @throws PulseError upstream */
  marks(wanted: MarksWanted): Promise<Mark[]>;
}

/** Issues and pull requests that may be about the same thing. */
export interface RelatedIssues {
  /** Somebody else's words in them: untrusted. @throws PulseError upstream */
  search(words: readonly string[], most: number): Promise<RelatedIssue[]>;
}

/** What somebody filed in a service as an incident. Their words: untrusted. */
export interface Filed {
  title: string;
  text: string;
  url: string | null;
  /** It asks for an incident, such as by a tag. */
  isCall: boolean;
  /** What it is a part of, as refs. */
  parents: readonly string[];
  /** True when we made it to show that incident. */
  shows(uid: string): boolean;
}

/** Where people file incidents in their own tool. */
export interface Inbox {
  service: ServiceName;
  /** Null when it is gone. @throws PulseError upstream when it cannot be asked */
  read(ref: string): Promise<Filed | null>;
}

/** A service that is named in the settings and cannot be used, with what to set. */
export interface OutwardFault {
  service: ServiceName;
  message: string;
  hint: string;
}

/** Everything that is connected. An absent member is an absent feature. */
export interface Outward {
  surfaces: readonly Surface[];
  outbox: Outbox;
  tracker?: Tracker;
  pulls?: PullRequests;
  marks?: DeployMarks;
  related?: RelatedIssues;
  inbox?: Inbox;
  faults: readonly OutwardFault[];
}

/** One service asked whether its settings work; for doctor. Reads only. */
export interface ServiceCheck {
  id: string;
  state: 'ok' | 'warn' | 'fail';
  /** Our own words, names and ids. */
  seen: string;
  todo: string;
}
