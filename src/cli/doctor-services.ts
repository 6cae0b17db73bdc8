import type { DoctorCheck, DoctorState } from '../core/doctor.ts';
import { SERVICES, type ServiceName } from '../core/outward/services.ts';
import { missingOf } from '../core/outward/variables.ts';
import type { Deps } from '../tools/tool.ts';
import type { DoctorMachine } from './doctor-setup.ts';

const FILE = 'hotfix-pulse.config.json';

const check = (id: string, state: DoctorState, seen: string, todo = ''): DoctorCheck => ({
  ...{ part: 'services', id, state, seen, todo },
});

/** How to name a service in the settings; what has to be in there is in its page of the documentation. */
const EXAMPLES: Record<ServiceName, string> = {
  github: '"github": {}',
  slack: '"slack": {"channel": "C024BE91L"}',
  clickup: '"clickup": {"list": "901"}',
  jira: '"jira": {"project": "OPS"}',
  statuspage: '"statuspage": {"page": "kctbh9vrtdwd"}',
  pagerduty: '"pagerduty": {}',
};

/**
 * What to set for services, and whether it works.
 * @param named services that somebody asks for; null for all that the settings name
 * @param asks the services themselves are asked, with reads only
 */
export async function serviceChecks(
  named: readonly ServiceName[] | null,
  machine: DoctorMachine,
  deps: Deps,
  asks: boolean,
): Promise<DoctorCheck[]> {
  const settings = deps.settings.outward ?? {};
  const wanted =
    named ?? (Object.keys(SERVICES) as ServiceName[]).filter((name) => settings[name] !== undefined);
  const found = await Promise.all(
    wanted.map(async (name): Promise<DoctorCheck[]> => {
      if (settings[name] === undefined) return [notNamed(name)];
      const variables = variableChecks(name, machine, named !== null);
      if (variables.some(({ state }) => state === 'fail')) return variables;
      const options = { root: deps.workspace.root, settings, env: machine.where.env };
      const asked = asks ? await machine.checkService(name, options) : null;
      return [
        ...variables,
        ...(asked?.map(({ id, state, seen, todo }) =>
          check(id, state, `${SERVICES[name]}: ${seen}`, todo),
        ) ?? [
          check(
            `${name}_named`,
            'ok',
            `${SERVICES[name]} is connected; hotfix-pulse doctor ${name} asks it.`,
          ),
        ]),
      ];
    }),
  );
  return found.flat();
}

function notNamed(name: ServiceName): DoctorCheck {
  return check(
    `${name}_named`,
    'fail',
    `${SERVICES[name]} is not connected: ${FILE} does not name it.`,
    `Add ${EXAMPLES[name]} to ${FILE} (docs/${name}.md).`,
  );
}

/** Names of variables, never a value. */
function variableChecks(name: ServiceName, { where }: DoctorMachine, isAsked: boolean): DoctorCheck[] {
  const label = SERVICES[name];
  const needed = missingOf(name, where.env).map((one) =>
    check(
      `${name}_${one.name.toLowerCase()}`,
      'fail',
      `${label}: ${one.name} is not set.`,
      `Set it to the ${one.what}, in the environment of whoever starts hotfix-pulse and never in the repository.`,
    ),
  );
  const webhooks = isAsked ? missingOf(name, where.env, 'webhooks') : [];
  return [
    ...needed,
    ...webhooks.map((one) =>
      check(
        `${name}_${one.name.toLowerCase()}`,
        'skipped',
        `${label}: ${one.name} is not set; only hotfix-pulse serve needs it.`,
        `For hotfix-pulse serve, set it to the ${one.what}.`,
      ),
    ),
  ];
}
