import { keepCopyable } from '../core/messages.ts';
import type { Answer, Tool } from '../tools/tool.ts';
import { terminalApprovals } from './approvals.ts';
import { type Command, EXIT } from './command.ts';
import { flagsOf, positionalsOf } from './flag-shapes.ts';
import { foregroundOf } from './foreground.ts';
import type { Output } from './output.ts';
import { renderAnswer } from './render.ts';
import { withReviewFiles } from './review-files.ts';
import { renderIncident } from './show.ts';

/** Short names and complete calls for each operation. */
export const OPERATIONS: Record<
  string,
  {
    aliases: readonly string[];
    examples: readonly string[];
    /** Where the words without a flag belong to another member than usual. */
    positionals?: readonly string[];
  }
> = {
  classify_severity: {
    aliases: ['classify'],
    examples: [
      'classify "Checkout returns 500 for all users since the deploy"',
      'classify --input facts.json --json',
    ],
  },
  create_hotfix_task: {
    aliases: ['open'],
    examples: [
      'open "Users cannot log in, 500 on /auth"',
      'open "Checkout is slow" --severity P2 --started-at -20m',
      'open --input incident.json --json',
    ],
  },
  find_suspect_changes: {
    aliases: ['suspects'],
    examples: [
      'suspects --hints "TypeError: id of undefined at login (src/auth.js:12:7)"',
      'suspects --good v1.3.9 --bad main --limit 10 --json',
      'suspects --good v1.3.9 -- npm test',
    ],
    positionals: ['bisect'],
  },
  plan_mitigation: {
    aliases: ['mitigate'],
    examples: [
      'mitigate',
      'mitigate --target release --range v1.3.9..v1.4.0',
      'mitigate --target hotfix --json',
    ],
  },
  start_hotfix: {
    aliases: ['start'],
    examples: ['start', 'start --worktree ../fix', 'start hotfix-001 --base v1.4.0 --no-fetch'],
  },
  check_hotfix: {
    aliases: ['check'],
    examples: ['check', 'check hotfix-001 --commit 1a2b3c4d', 'check --no-checks --json'],
  },
  prove_regression: {
    aliases: ['prove'],
    examples: ['prove test/auth.test.js', 'prove test/auth.test.js --base v1.4.0 --incident hotfix-001'],
    positionals: ['tests'],
  },
  deploy_hotfix: {
    aliases: ['deploy'],
    examples: [
      'deploy',
      'deploy --plan-id 1a2b3c4d5e6f',
      'deploy --override-reason "staging is down" --override-until +2d',
    ],
  },
  backport_hotfix: {
    aliases: ['backport'],
    examples: [
      'backport',
      'backport --plan-id 1a2b3c4d5e6f',
      'backport --branches release/1.x --not-affected "login came with 2.0"',
    ],
  },
  rollback_change: {
    aliases: ['rollback'],
    examples: ['rollback --target release', 'rollback --target hotfix', 'rollback --plan-id 1a2b3c4d5e6f'],
  },
  get_incident: { aliases: ['show'], examples: ['show', 'show hotfix-001', 'show --handoff'] },
  list_incidents: {
    aliases: ['list', 'ls'],
    examples: ['list', 'list "login fails with 500 in src/auth.ts"', 'list --json'],
  },
  record_timeline_event: {
    aliases: ['record'],
    examples: [
      'record "Error rate on /auth reached 40 %" --evidence "metric: 5xx 40 %"',
      'record "Turned the new login off" --kind mitigation_applied --type feature_flag',
      'record --input event.json --json',
    ],
  },
  draft_update: {
    aliases: ['draft'],
    examples: [
      'draft',
      'draft --form update --audience public --system "the login" --eta "14:30 UTC, says Ana"',
      'draft "Tokens are undefined at auth.js:12" --form need_eyes --system auth-service',
    ],
  },
  post_update: {
    aliases: ['post'],
    examples: [
      'post',
      'post "Login works again for everybody" --audience public --systems login',
      'post --plan-id 1a2b3c4d5e6f --approval "yes, post it"',
    ],
  },
  update_task: {
    aliases: ['task'],
    examples: ['task T003 done', 'task T011 skipped --reason "no staging environment"'],
  },
  write_postmortem: { aliases: ['postmortem'], examples: ['postmortem', 'postmortem --incident hotfix-001'] },
  create_followup_issues: {
    aliases: ['followups'],
    examples: [
      'followups',
      'followups --actions AI-001 --actions AI-002',
      'followups --plan-id 1a2b3c4d5e6f --approval "yes, create them"',
    ],
  },
  close_incident: {
    aliases: ['close'],
    examples: [
      'close',
      'close hotfix-001 --override-reason "test follows with the refactoring" --override-until +7d',
    ],
  },
  review_incidents: {
    aliases: ['review'],
    examples: ['review', 'review --since -90d --deployments 120', 'review --json'],
  },
};

/** Answers carry each warning in their text too (`! ...`); here it goes to people instead, once. */
export function showAnswer(answer: Answer<Record<string, unknown>>, out: Output): void {
  if (out.json) {
    out.value({ ...answer.data, warnings: answer.warnings });
    return;
  }
  const told = new Set(answer.warnings.map((warning) => `! ${warning}`));
  const text = [...told].reduce((rest, line) => rest.replace(`${line}\n`, () => ''), `${answer.text}\n`);
  out.text(keepCopyable(renderAnswer(text.trimEnd(), out.paint)));
  for (const warning of answer.warnings) out.warning(warning);
}

/** One operation as a subcommand. */
export function operationCommand(tool: Tool): Command {
  const name = tool.name.replaceAll('_', '-');
  const known = OPERATIONS[tool.name];
  const command: Command = {
    name,
    aliases: known?.aliases ?? [],
    summary: `${tool.title}.`,
    details: tool.description,
    input: tool.input,
    positionals: known?.positionals ?? positionalsOf(flagsOf(tool.input)),
    examples: known?.examples ?? [name],
    async run(args, { io, app, out, deps: connect }) {
      const connected = await connect();
      const approvals = terminalApprovals(io, connected.actor);
      const deps = { ...connected, foreground: foregroundOf(io), ...(approvals ? { approvals } : {}) };
      const answer = await app.callTool(tool, args, deps);
      const isForEyes = deps.actor.kind === 'human' && io.stdout.isTTY && !out.json;
      if (tool.name === 'get_incident' && isForEyes && args.handoff !== true) {
        const one = await app.loadIncident(String(answer.data.uid), deps);
        out.text(renderIncident(one, answer.data, deps.clock.now(), out.paint));
        for (const warning of answer.warnings) out.warning(warning);
      } else showAnswer(answer, out);
      return EXIT.ok;
    },
  };
  return tool.name === 'review_incidents' ? withReviewFiles(tool, command) : command;
}
