const STAGES = [
  'NODE_ENV',
  'RAILS_ENV',
  'APP_ENV',
  'RACK_ENV',
  'DJANGO_ENV',
  'FLASK_ENV',
  'MIX_ENV',
  'ASPNETCORE_ENVIRONMENT',
];
const PRODUCTION = /^(?:prod|production|live)$/i;
/** A connection string whose host, database or user says production. */
const CONNECTION = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s'"]*?(?:^|[^a-z])(?:prod|production|live)(?:[^a-z]|$)/i;
const CONNECTION_NAME =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|PG|MYSQL|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|KAFKA|ELASTICSEARCH)(?:_|$)|_(?:DSN|URI)$/;
const NAMES_PRODUCTION = /(?:^|[^a-z])(?:prod|production|live)(?:[^a-z]|$)/i;

/**
 * Why a command must not be run here: names of variables that look like production, and `command` when an argument
 * holds a production connection string. Values are never given back. Empty when nothing was seen.
 */
export function productionSigns(
  env: Readonly<Record<string, string | undefined>>,
  command: readonly string[] = [],
): string[] {
  const signs = Object.entries(env)
    .filter(([name, value = '']) => {
      const upper = name.toUpperCase();
      if (STAGES.includes(upper)) return PRODUCTION.test(value.trim());
      return CONNECTION_NAME.test(upper) && NAMES_PRODUCTION.test(value.slice(0, 4_000));
    })
    .map(([name]) => (/^\w{1,60}$/.test(name) ? name : 'a variable'));
  return command.some(isProductionArgument) ? [...signs, 'command'] : signs;
}

function isProductionArgument(argument: string): boolean {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(argument.slice(0, 4_000)) ?? [];
  if (STAGES.includes(name.toUpperCase()) && PRODUCTION.test(value.trim())) return true;
  return CONNECTION.test(argument.slice(0, 4_000));
}
