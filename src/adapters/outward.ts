import { PulseError } from '../core/errors.ts';
import { type OutwardSettings, SERVICE_NAMES, type ServiceName } from '../core/outward/services.ts';
import type { Outbox, Outward, ServiceCheck } from '../ports-outward.ts';
import type { Connect, Connection, ConnectOptions } from './connection.ts';

/** Each service is loaded when the settings name it, and not before. */
const CONNECTORS: Record<ServiceName, () => Promise<Connect>> = {
  github: async () => (await import('./github/connect.ts')).connectGitHub,
  slack: async () => (await import('./slack/connect.ts')).connectSlack,
  clickup: async () => (await import('./clickup/connect.ts')).connectClickUp,
  jira: async () => (await import('./jira/connect.ts')).connectJira,
  statuspage: async () => (await import('./statuspage/connect.ts')).connectStatuspage,
  pagerduty: async () => (await import('./pagerduty/connect.ts')).connectPagerDuty,
};

/** Services that the settings name. */
export function namedServices(settings: OutwardSettings): ServiceName[] {
  return SERVICE_NAMES.filter((name) => settings[name] !== undefined);
}

/** Connects what the settings name. Makes no request; what is missing is a fault of that service alone. */
export async function connectOutward(options: ConnectOptions, outbox: Outbox): Promise<Outward> {
  const connected = await Promise.all(
    namedServices(options.settings).map(async (name) => ({ name, connection: await connect(name, options) })),
  );
  const all = connected.map(({ connection }) => connection);
  const first = <K extends 'tracker' | 'pulls' | 'marks' | 'related' | 'inbox'>(member: K) => {
    const value = all.find((one) => one[member] !== undefined)?.[member];
    return value === undefined ? {} : { [member]: value };
  };
  return {
    surfaces: all.flatMap(({ surfaces = [] }) => surfaces),
    outbox,
    ...first('tracker'),
    ...first('pulls'),
    ...first('marks'),
    ...first('related'),
    ...first('inbox'),
    faults: all.flatMap(({ faults = [] }) => faults),
  };
}

/** What doctor shows of one service. */
export async function checkService(name: ServiceName, options: ConnectOptions): Promise<ServiceCheck[]> {
  const { faults = [], check } = await connect(name, options);
  const failed = faults.map(
    ({ message, hint }): ServiceCheck => ({
      ...{ id: `${name}_settings`, state: 'fail', seen: message, todo: hint },
    }),
  );
  return failed.length > 0 ? failed : check();
}

async function connect(name: ServiceName, options: ConnectOptions): Promise<Connection> {
  try {
    const open = await CONNECTORS[name]();
    return await open(options);
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return {
      faults: [{ service: name, message: error.message, hint: error.hint }],
      check: async () => [],
    };
  }
}
