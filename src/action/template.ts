import { partFor, type Story } from './body.ts';
import { issueMarker } from './markers.ts';

/**
 * The body of a new issue: what CI knows, then the pulse template, in which everything that nobody said yet is
 * unknown. Source: seed 000.
 */
export function bodyFor(story: Story): string {
  const { failures, trigger } = story;
  const [newest] = failures;
  const reported = newest?.endedAt ? `${newest.endedAt.slice(0, 16).replace('T', ' ')} UTC` : 'unknown';
  return [
    issueMarker(trigger),
    '# ⚡ Hotfix Pulse',
    '',
    '**Pulse status:** 🟢⚪️⚪️⚪️⚪️ reported',
    '',
    '## 🧾 Header',
    '- **Hash ID:** unknown; given when the incident is opened',
    `- **Reported at:** ${reported}`,
    '- **Detected by:** GitHub Actions',
    '- **Severity:** unknown; 🔴 Blocker | 🟠 High | 🟡 Medium | 🟢 Low is for a person to say',
    '- **Users, data and other systems affected:** unknown',
    '- **Cause:** unknown',
    '',
    '## What CI knows',
    partFor(story),
    '',
    ...STAGES,
    '',
    'To keep the record, start an incident in your agent with `/hotfix` and the address of this issue.',
    '',
  ].join('\n');
}

const STAGES: readonly string[] = [
  '## 🚨 Stage 1: Detection',
  '- [ ] Confirm the issue exists (replicate or observe)',
  '- [ ] Capture logs, error IDs, commit hash, environment',
  '- [ ] Tag responders',
  '- [ ] Start a timestamped incident thread',
  '',
  '> If uncertain: "I don\'t know yet, need eyes on `system/service`", and tag who knows it.',
  '',
  '## 🧯 Stage 2: Contain and mitigate',
  '- [ ] Disable or roll back the faulty deploy',
  '- [ ] Gate new traffic if required (feature flag, load balancer)',
  '- [ ] Verify impact scope (users, data, integrations)',
  '- [ ] Post the first update (within 15 minutes)',
  '- [ ] Assign a single communication owner',
  '',
  '## 🔍 Stage 3: Root cause and repair',
  '- [ ] Identify the last known good state (commit, configuration)',
  '- [ ] Pair review of relevant logs and code diffs',
  '- [ ] Hotfix committed and tested in staging',
  '- [ ] CI pipeline green',
  '- [ ] Deployed to production after approval, telemetry checked',
  '',
  '## 🧾 Stage 4: Post-resolution',
  '- [ ] System stable for 24 hours',
  '- [ ] Documentation and runbooks updated',
  '- [ ] Regression test added',
  '- [ ] Post-mortem scheduled (within 48 hours)',
  '- [ ] Affected stakeholders told that it is closed',
  '',
  '## 🧠 Post-mortem',
  '| Section | |',
  '| --- | --- |',
  '| **Summary** | unknown |',
  '| **Timeline** | unknown |',
  '| **Root cause** | unknown |',
  '| **What worked** | unknown |',
  '| **What failed** | unknown |',
  '| **Prevent repeat** | unknown |',
  '',
  '## ✅ Completion criteria',
  '- [ ] Service metrics normal',
  '- [ ] Fix merged, verified and deployed',
  '- [ ] Post-mortem logged and shared',
  '- [ ] Learnings and actions in the knowledge base',
  '- [ ] Pulse meter shows 🟢🟢🟢🟢🟢✅',
];
