import type { ProviderForm } from './redact-providers.ts';

/** How a credential gets into what people paste during an incident. */
export interface Carrier {
  id: string;
  /** `bare`: nothing near it says what it is. */
  context: 'named' | 'said' | 'bare';
  wrap: (token: string, provider: ProviderForm) => string;
}

const snake = ({ env }: ProviderForm): string => env.toLowerCase();
const camel = (provider: ProviderForm): string =>
  snake(provider).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const dotted = (provider: ProviderForm): string => snake(provider).replaceAll('_', '.');
const kebab = (provider: ProviderForm): string => snake(provider).replaceAll('_', '-');
const host = ({ id }: ProviderForm): string => `api.${id.split('-')[0]}.example`;

const AT = '2026-11-20T14:03:07.412Z';
const STACK = '    at Client.send (/srv/app/node_modules/client/index.js:41:13)\n    at process.processTicks';

export const CARRIERS: readonly Carrier[] = [
  {
    id: 'environment dump',
    context: 'named',
    wrap: (token, p) => `NODE_ENV=production\n${p.env}=${token}\nPATH=/usr/local/bin:/usr/bin\nPORT=8080`,
  },
  { id: 'export line', context: 'named', wrap: (token, p) => `export ${p.env}="${token}"\nnpm start` },
  { id: '.env file', context: 'named', wrap: (token, p) => `# secrets\n${p.env}='${token}'\nLOG_LEVEL=info` },
  {
    id: 'docker run',
    context: 'named',
    wrap: (token, p) => `docker run --rm -e ${p.env}=${token} app:1.4.2`,
  },
  {
    id: 'Dockerfile',
    context: 'named',
    wrap: (token, p) => `FROM node:20\nENV ${p.env} ${token}\nRUN npm ci`,
  },
  {
    id: 'JSON log member',
    context: 'named',
    wrap: (token, p) =>
      JSON.stringify({ time: AT, level: 'error', [snake(p)]: token, msg: 'request failed', status: 401 }),
  },
  {
    id: 'JSON log message',
    context: 'said',
    wrap: (token, p) =>
      JSON.stringify({ time: AT, level: 'error', msg: `${p.label} ${p.noun} ${token} was rejected` }),
  },
  {
    id: 'JSON in a JSON string',
    context: 'named',
    wrap: (token, p) => JSON.stringify({ level: 'warn', body: JSON.stringify({ [camel(p)]: token, id: 7 }) }),
  },
  {
    id: 'syslog',
    context: 'said',
    wrap: (token, p) => `Nov 20 14:03:07 web-1 app[812]: auth failed for ${p.label}, key=${token}, retrying`,
  },
  {
    id: 'logfmt',
    context: 'named',
    wrap: (token, p) => `level=error ts=${AT} msg="auth failed" ${snake(p)}=${token} status=401`,
  },
  {
    id: 'stack trace',
    context: 'said',
    wrap: (token, p) => `Error: ${p.label} refused ${p.noun} ${token}\n${STACK}`,
  },
  {
    id: 'stack trace, constructor',
    context: 'bare',
    wrap: (token, p) => `TypeError: new ${p.label.replace(/\W/g, '')}Client("${token}") failed\n${STACK}`,
  },
  {
    id: 'Python traceback',
    context: 'named',
    wrap: (token, p) =>
      `  File "/srv/job.py", line 12\n    c = Client(${snake(p)}='${token}')\nValueError: 401`,
  },
  {
    id: 'Markdown table with a header',
    context: 'said',
    wrap: (token, p) =>
      `| Service | ${p.noun} | Owner |\n|---|---|---|\n| Search | - | ops |\n| ${p.label} | ${token} | ops |`,
  },
  {
    id: 'Markdown table row',
    context: 'named',
    wrap: (token, p) => `| Name | Value |\n|---|---|\n| ${p.env} | \`${token}\` |\n| PORT | 8080 |`,
  },
  {
    id: 'Markdown fence',
    context: 'named',
    wrap: (token, p) => `Set it again:\n\n\`\`\`yaml\n${snake(p)}: ${token}\n\`\`\`\n\nThen restart.`,
  },
  {
    id: 'diff',
    context: 'named',
    wrap: (token, p) =>
      `@@ -1,3 +1,3 @@\n const options = {\n-  ${camel(p)}: '',\n+  ${camel(p)}: '${token}',\n };`,
  },
  {
    id: 'URL query',
    context: 'named',
    wrap: (token, p) =>
      `GET https://${host(p)}/v1/items?limit=50&api_key=${encodeURIComponent(token)}&page=2 401 38ms`,
  },
  {
    id: 'URL userinfo',
    context: 'named',
    wrap: (token, p) => `git clone https://ci:${token}@${host(p)}/a.git`,
  },
  {
    id: 'bearer header',
    context: 'named',
    wrap: (token) => `> GET /v1/me HTTP/1.1\n> Authorization: Bearer ${token}`,
  },
  {
    id: 'own header',
    context: 'named',
    wrap: (token, p) => `> GET /v1/me\n> X-${kebab(p)}: ${token}\n> Accept: */*`,
  },
  {
    id: 'curl line',
    context: 'named',
    wrap: (token, p) => `curl -sS -H "X-Api-Key: ${token}" https://${host(p)}/v1/me`,
  },
  {
    id: 'shell flag',
    context: 'named',
    wrap: (token, p) => `$ deployctl login --${kebab(p)} ${token} --yes`,
  },
  {
    id: 'YAML',
    context: 'named',
    wrap: (token, p) => `service:\n  name: app\n  ${camel(p)}: ${token}\n  replicas: 3`,
  },
  {
    id: 'Kubernetes variable',
    context: 'named',
    wrap: (token, p) =>
      `        env:\n        - name: ${p.env}\n          value: "${token}"\n        - name: PORT`,
  },
  { id: 'properties', context: 'named', wrap: (token, p) => `server.port=8080\n${dotted(p)}=${token}` },
  { id: 'TOML', context: 'named', wrap: (token, p) => `[client]\n${snake(p)} = "${token}"\ntimeout = 30` },
  {
    id: 'quoted CSV with a header',
    context: 'said',
    wrap: (token, p) => `"service","${p.noun}","owner"\n"Search","-","ops"\n"${p.label}","${token}","ops"`,
  },
  {
    id: 'CSV of names and values',
    context: 'named',
    wrap: (token, p) => `name,value\n${p.env},${token}\nPORT,8080`,
  },
  {
    id: 'HTML table',
    context: 'said',
    wrap: (token, p) => `<tr><th>${p.label} ${p.noun}</th>\n<td><code>${token}</code></td></tr>`,
  },
  {
    id: 'HTML input',
    context: 'named',
    wrap: (token, p) => `<input type="text" name="${snake(p)}" value="${token}" readonly>`,
  },
  { id: 'XML', context: 'named', wrap: (token, p) => `<add key="${camel(p)}" value="${token}" />` },
  {
    id: 'chat',
    context: 'said',
    wrap: (token, p) => `ana: who rotates the ${p.label} ${p.noun}? it is ${token} right now\nben: me`,
  },
  {
    id: 'source',
    context: 'named',
    wrap: (token, p) => `const ${camel(p)} = '${token}';\nexport default client;`,
  },
  { id: 'alone on a line', context: 'bare', wrap: (token) => `output of the job:\n${token}\ndone` },
];
