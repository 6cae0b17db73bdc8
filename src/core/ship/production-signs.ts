/** Say which stage a program runs in. */
const STAGES = new Set([
  ...['NODE_ENV', 'NODE_CONFIG_ENV', 'RAILS_ENV', 'RACK_ENV', 'APP_ENV', 'APPLICATION_ENV', 'SYMFONY_ENV'],
  ...['DJANGO_ENV', 'FLASK_ENV', 'MIX_ENV', 'GO_ENV', 'ASPNETCORE_ENVIRONMENT', 'DOTNET_ENVIRONMENT'],
  ...['SPRING_PROFILES_ACTIVE', 'QUARKUS_PROFILE', 'VERCEL_ENV', 'DEPLOY_ENV', 'SERVER_ENV'],
  ...['ENV', 'ENVIRONMENT', 'STAGE'],
]);
/** Say which account, cluster or project a tool works on: with these in place a test can reach production. */
const POINTERS = new Set([
  ...['KUBECONFIG', 'KUBE_CONTEXT', 'KUBECTL_CONTEXT', 'HELM_KUBECONTEXT', 'DOCKER_CONTEXT', 'DOCKER_HOST'],
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_VAULT', 'GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT'],
  ...['GCP_PROJECT', 'CLOUDSDK_CORE_PROJECT', 'CLOUDSDK_ACTIVE_CONFIG_NAME', 'FIREBASE_PROJECT'],
  ...['AZURE_SUBSCRIPTION', 'HEROKU_APP', 'FLY_APP', 'TF_WORKSPACE', 'PULUMI_STACK'],
]);
const PRODUCTION = /^(?:prod|production|prd|live)(?:[-_.](?:\w+[-.])*\w+)?$/i;
const NAMES_PRODUCTION = /(?:^|[^a-z])(?:prod|production|prd|live)(?:[^a-z]|$)/i;
/** A connection string whose host, database or user says production. */
const CONNECTION =
  /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s'"]{0,500}?(?:^|[^a-z])(?:prod|production|prd|live)(?:[^a-z]|$)/i;
/** The same, to a database or queue: such a value counts under any name. */
const DATA_CONNECTION =
  /^\s*["']?(?:jdbc:[a-z]+|postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|sqlserver|mssql|cockroachdb|clickhouse|nats|kafka):/i;
const CONNECTION_NAME =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|PG|MYSQL|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|KAFKA|ELASTICSEARCH)(?:_|$)|_(?:DSN|URI)$|^PG(?:HOST|HOSTADDR|DATABASE|SERVICE|USER)$/;
const ASSIGNED = /(?:^|[\s;&|'"(])([A-Za-z_]\w{0,60})=["']?([\w.-]{1,60})/g;
const MOST = 4_000;

/**
 * Why a command must not be run here: names of variables that look like production, and `command` when an argument
 * holds a production connection string or sets a production stage. Values are never given back. Empty when nothing
 * was seen.
 */
export function productionSigns(
  env: Readonly<Record<string, string | undefined>>,
  command: readonly string[] = [],
): string[] {
  const signs = Object.entries(env)
    .filter(([name, value = '']) => isProduction(name, value.slice(0, MOST)))
    .map(([name]) => (/^\w{1,60}$/.test(name) ? name : 'a variable'));
  return command.some(isProductionArgument) ? [...signs, 'command'] : signs;
}

/** Whether texts that a command runs (scripts, targets) hold a production connection string. */
export function reachesProduction(text: string): boolean {
  return CONNECTION.test(
    text
      .slice(0, 64 * 1024)
      .replaceAll('https://', '')
      .replaceAll('http://', ''),
  );
}

function isProduction(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  if (STAGES.has(upper)) return value.split(',').some((one) => PRODUCTION.test(one.trim()));
  if (!NAMES_PRODUCTION.test(value)) return false;
  return POINTERS.has(upper) || CONNECTION_NAME.test(upper) || DATA_CONNECTION.test(value);
}

function isProductionArgument(argument: string): boolean {
  const text = argument.slice(0, MOST);
  for (const [, name = '', value = ''] of text.matchAll(ASSIGNED)) {
    if (STAGES.has(name.toUpperCase()) && PRODUCTION.test(value)) return true;
  }
  return CONNECTION.test(text);
}
