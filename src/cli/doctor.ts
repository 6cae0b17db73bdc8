import * as z from 'zod/v4';
import { sortedChecks, tally } from '../core/doctor.ts';
import { PulseError } from '../core/errors.ts';
import { SERVICE_NAMES } from '../core/outward/services.ts';
import { HOST_IDS } from '../install/host.ts';
import { type Command, EXIT } from './command.ts';
import { examine } from './doctor-examine.ts';
import { renderDoctor } from './doctor-report.ts';
import type { DoctorSetup } from './doctor-setup.ts';
import { foregroundOf } from './foreground.ts';
import type { InstallSession } from './install-setup.ts';

const input = z.strictObject({
  what: z
    .array(z.enum([...SERVICE_NAMES, ...HOST_IDS]))
    .optional()
    .describe(`Services to ask (${SERVICE_NAMES.join(', ')}), or agents as for --agent`),
  agent: z
    .array(z.enum(HOST_IDS))
    .optional()
    .describe(`Only these agents, repeatable; those that are found when left out. ${HOST_IDS.join(', ')}`),
  online: z.boolean().optional().describe('Ask the remote too'),
  fix: z.boolean().optional().describe('Remove temporary working trees that killed processes left behind'),
  trust_project: z
    .boolean()
    .optional()
    .describe("Also start what this repository's files name, although you did not install it here"),
});

/** @param setup finds out about the machine; tests give their own */
export function doctorCommand(setup: DoctorSetup): Command {
  return {
    name: 'doctor',
    aliases: [],
    summary:
      'Look at what works: Node and git, agents and their entries (each is started), skills, records, settings, services. Exit code 11 when something fails.',
    details:
      'Changes nothing without --fix. With the name of a service it asks that service alone whether token and settings work. Each entry is started exactly as its agent would, asked for its tools, timed and ended. Exit codes: 0 when all is well or there are only warnings, 11 when something failed, 2 for wrong arguments. Overdue clocks are a warning here; hotfix-pulse status has exit code 10 for them.',
    input,
    positionals: ['what'],
    examples: ['doctor', 'doctor codex claude-code', 'doctor github', 'doctor --online --json'],
    async run(raw, session: InstallSession) {
      const { io, out } = session;
      const {
        what = [],
        agent,
        online = false,
        fix = false,
        trust_project: trustsProject = false,
      } = input.parse(raw);
      const services = SERVICE_NAMES.filter((name) => what.includes(name));
      const chosen = HOST_IDS.filter((id) => what.includes(id) || agent?.includes(id));
      if (services.length > 0 && chosen.length > 0) {
        throw new PulseError(
          'invalid_input',
          'Services and agents are looked at apart.',
          `Run hotfix-pulse doctor ${services.join(' ')} and hotfix-pulse doctor ${chosen.join(' ')}.`,
        );
      }
      const machine = await setup(session);
      const { run, progress } = foregroundOf(io);
      const found = await run((signal) =>
        examine(
          machine,
          {
            agents: chosen.length > 0 ? chosen : null,
            services: services.length > 0 ? services : null,
            online,
            fix,
            trustsProject,
            signal,
            progress,
          },
          session.app,
        ),
      );
      const checks = sortedChecks(found);
      const counts = tally(checks);
      const ok = counts.fail === 0;
      if (out.json) out.value({ ok, version: machine.version, counts, checks });
      else out.text(renderDoctor(checks, out.paint));
      return ok ? EXIT.ok : EXIT.damage;
    },
  };
}
