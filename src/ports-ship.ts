import type { Actor } from './core/events.ts';
import type {
  BackportLook,
  BackportStates,
  BackportWanted,
  Made,
  MakeWanted,
  PickTarget,
  Pushed,
  Trial,
} from './core/ship/backport.ts';
import type { ChangeDiff, ChangeWanted } from './core/ship/change-diff.ts';
import type {
  CheckPlan,
  CheckSettings,
  ChecksReport,
  CheckWatch,
  ProofReport,
  ProofWanted,
} from './core/ship/check-run.ts';
import type { RefMove } from './core/ship/plan.ts';
import type { PushWanted } from './core/ship/push-verdict.ts';
import type {
  ProductionTip,
  ProductionTipWanted,
  Rehearsal,
  RehearsalWanted,
  RollbackScope,
} from './core/ship/rollback.ts';
import type {
  DeployReport,
  DeployWanted,
  Landed,
  LandedWanted,
  PushOutcome,
  RequestWanted,
  ShipDraft,
  ShipWanted,
} from './core/ship/shipping.ts';

/** What shipping a fix needs from outside: the change, its checks, the remote, and somebody's yes. One block per port. */

/** What somebody is shown before they say yes. Lines may quote names of the repository. */
export interface ApprovalRequest {
  title: string;
  lines: readonly string[];
  /** Four characters to type; they belong to this very plan. */
  code: string;
}

export type ApprovalAnswer =
  | { answer: 'yes'; strength: 'elicitation' | 'terminal'; by: Actor }
  | { answer: 'no' }
  /** Nobody answered in time, or nobody is there to ask. */
  | { answer: 'none' };

/** Asks whoever sits at the other end of the door. */
export interface Approvals {
  ask(request: ApprovalRequest): Promise<ApprovalAnswer>;
}

/** The repository's own commands, run at a commit in a temporary working tree. The user's checkout is only read. */
export interface Checks {
  /**
   * What would run at a commit, and whether it may. Runs nothing.
   * @param base full name of a commit whose committed settings count as well as those of HEAD
   */
  plan(commit: string, settings: CheckSettings, base?: string | null): Promise<CheckPlan>;
  /** @throws PulseError gate_closed while nobody has accepted what would run; unsafe when it looks like production */
  run(plan: CheckPlan, watch: CheckWatch): Promise<ChecksReport>;
  /** @throws PulseError invalid_input for paths that are no files of the fix; gate_closed and unsafe as `run` */
  prove(wanted: ProofWanted, watch: CheckWatch): Promise<ProofReport>;
  /** A person has seen every command of the plan. */
  accept(plan: CheckPlan, by: string, at: string): Promise<void>;
  /** Full name of a commit; null when the name names none. */
  commitOf(ref: string): Promise<string | null>;
  /** Why a command must not run here: names of variables that look like production. */
  productionSigns(command: readonly string[]): string[];
}

/** Plans and pushes a hotfix. Every object is a full name; local branches, tags, HEAD, index and stash never move. */
export interface Shipping {
  /**
   * What would be pushed: the merge and the tag are made as objects, no ref is.
   * @throws PulseError conflict (files that conflict), not_configured, upstream (remote, hook), each with what to do
   */
  plan(wanted: ShipWanted): Promise<ShipDraft>;
  /**
   * One atomic push of exactly these refs, never forced; `already` when the remote has them.
   * @throws PulseError conflict when the remote has moved on, upstream when it was declined
   */
  push(wanted: PushWanted): Promise<PushOutcome>;
  /** The configured deploy command and the verification, in a temporary working tree. Never throws for their failure. */
  deploy(
    wanted: DeployWanted,
    watch: { signal?: AbortSignal | undefined; progress?: ((line: string) => void) | undefined },
  ): Promise<DeployReport>;
  /** Full name of the commit that a name means; null when it means none. */
  commitOf(ref: string): Promise<string | null>;
  /** True when the remote has all of it, also when its branch has gone on since. */
  isPushed(remote: string, moves: readonly RefMove[]): Promise<boolean>;
  /** False when git has thrown any of these objects away. */
  has(objects: readonly string[]): Promise<boolean>;
  /**
   * What a push of a commit to a branch of its own would move there.
   * @throws PulseError conflict when the branch holds commits there that the fix has not, upstream
   */
  request(wanted: RequestWanted): Promise<RefMove>;
  /** How the branch got the fix by the commit that the service names, fetched; null when it has it not. @throws PulseError upstream */
  landed(wanted: LandedWanted): Promise<Landed | null>;
  /** Names of variables that look like production; of interest to whoever approves. */
  productionSigns(command: readonly string[]): string[];
}

/** The fix in other long-lived branches. No local branch is moved, and the user's checkout is not touched. */
export interface Backports {
  /**
   * Which long-lived branches there are, as the remote has them, and whether each has the fix.
   * @param limitMs for what git is asked here; what is not answered by then is `unknown`
   * @throws PulseError not_found when the fix is not in this repository, conflict when it is none; upstream
   */
  states(wanted: BackportWanted, look: BackportLook, limitMs?: number): Promise<BackportStates>;
  /** What picking would do, by branch; nothing is written to the repository. */
  tryPicks(targets: readonly PickTarget[], limitMs?: number): Promise<ReadonlyMap<string, Trial>>;
  /** Makes the commits, in a temporary working tree. No ref is moved. */
  make(wanted: MakeWanted, watch: BackportWatch): Promise<Made[]>;
  /** Pushes one branch on its own, never forced. */
  push(move: RefMove, remote: string, skipHooks: boolean): Promise<Pushed>;
  /** True when all of these objects are still in the repository. */
  has(objects: readonly string[]): Promise<boolean>;
}

export interface BackportWatch {
  signal?: AbortSignal | undefined;
  progress?: ((line: string) => void) | undefined;
}

/** What a fix changes. Objects are only read; nothing of the repository runs, the user's tree is not looked at. */
export interface Changes {
  /** Full name of a commit; null when the name names none. */
  commitOf(name: string): Promise<string | null>;
  /** Paths that one commit changed, against its first parent; empty when it is not here. */
  filesOf(commit: string): Promise<string[]>;
  /** @throws PulseError not_found, conflict for no common history, upstream when git takes too long */
  read(wanted: ChangeWanted): Promise<ChangeDiff>;
}

/** Takes changes of production back. HEAD, the index and the user's checkout may be in any state: they are not looked at. */
export interface Rollbacks {
  /** Where production's branch ends, fetched when the remote answers. Never throws: a way back has to be told in any case. */
  production(wanted: ProductionTipWanted): Promise<ProductionTip>;
  /** What somebody named: `good..newest`, or one change. @throws PulseError invalid_input, not_found */
  named(text: string): Promise<RollbackScope>;
  /**
   * The change of production that brought a commit in; `inside` counts the commits of a merge that holds it.
   * @throws PulseError not_found, invalid_input when production has not got it
   */
  broughtBy(
    ref: string,
    tip: string,
    label: string,
  ): Promise<{ scope: RollbackScope; inside: number | null }>;
  /** @throws PulseError invalid_input, not_configured (shallow), upstream when git cannot write */
  rehearse(wanted: RehearsalWanted): Promise<Rehearsal>;
  /** Full name of the commit that a name means; null when it means none. */
  commitOf(ref: string): Promise<string | null>;
  /** Name of a release tag at a commit. */
  tagAt(commit: string): Promise<string | null>;
  /**
   * One atomic push, never forced; what the branch had is kept as `refs/incidents/backup/<label>/<plan>` first.
   * @throws PulseError conflict when the remote has moved on, upstream when it was declined
   */
  push(wanted: PushWanted, kept: { label: string; plan: string }): Promise<PushOutcome>;
  /** The configured rollback command and the verification, in a temporary working tree of the commit. */
  redeploy: Shipping['deploy'];
  productionSigns: Shipping['productionSigns'];
}
