import { PulseError } from '../core/errors.ts';
import { SERVICES, type ServiceName } from '../core/outward/services.ts';
import { missingOf } from '../core/outward/variables.ts';

/**
 * Reads the variables of a service, `''` for what is not set and not needed.
 * @throws PulseError not_configured naming what is missing
 */
export function valuesOf(
  service: ServiceName,
  env: Readonly<Record<string, string | undefined>>,
): (name: string) => string {
  const missing = missingOf(service, env);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(' and ');
    throw new PulseError(
      'not_configured',
      `${SERVICES[service]} cannot be used without ${names}`,
      missing.map(({ name, what }) => `set ${name}: ${what}`).join('; '),
    );
  }
  return (name) => env[name]?.trim() ?? '';
}
