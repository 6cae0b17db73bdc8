import type { OutwardSettings } from '../core/outward/services.ts';
import type { Outward, ServiceCheck } from '../ports-outward.ts';

/** What a service is connected with. */
export interface ConnectOptions {
  /** Root of the repository. */
  root: string;
  settings: OutwardSettings;
  env: Readonly<Record<string, string | undefined>>;
}

/** What one service gives. What it cannot give for want of a token is a fault, not an exception. */
export interface Connection
  extends Partial<
    Pick<Outward, 'surfaces' | 'tracker' | 'pulls' | 'marks' | 'related' | 'inbox' | 'faults'>
  > {
  /** Asks the service whether token and settings work. Reads only. */
  check(): Promise<ServiceCheck[]>;
}

/** One connector per service; it makes no request. */
export type Connect = (options: ConnectOptions) => Promise<Connection>;
