import { type Draw, drawer, tokenOf } from './redact-providers.ts';

/**
 * Ordinary lines in the formats of servers, runtimes and platforms. `{hex:32}` and its like are random, `{n}` is a
 * number, `{ip}` a private address, `{uuid}`, `{at}` and `{name}` what they say. No line holds a secret.
 */
const FORMATS = `
{ip} - - [20/Nov/2026:14:{n2}:{n2} +0000] "GET /api/v1/orders/{n}?page={n2} HTTP/1.1" 200 {n} "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
{ip} - deploy [20/Nov/2026:14:{n2}:{n2} +0000] "POST /oauth/token HTTP/1.1" 401 {n} "-" "curl/8.5.0"
[Fri Nov 20 14:{n2}:{n2}.{n6} 2026] [proxy:error] [pid {n}:tid {d:15}] (111)Connection refused: AH00957: HTTP: attempt to connect to {ip}:8080 failed
Nov 20 14:{n2}:{n2} web-{n2} sshd[{n}]: Failed password for invalid user admin from {ip} port {n} ssh2
Nov 20 14:{n2}:{n2} web-{n2} sshd[{n}]: Accepted publickey for deploy from {ip} port {n} ssh2: RSA SHA256:{b64:43}
Nov 20 14:{n2}:{n2} web-{n2} kernel: [{n}.{n6}] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=node,pid={n},uid=1000
Nov 20 14:{n2}:{n2} web-{n2} systemd[1]: {name}.service: Main process exited, code=exited, status=1/FAILURE
{"level":"info","ts":{n}.{n6},"caller":"http/server.go:{n}","msg":"request completed","trace_id":"{hex:32}","span_id":"{hex:16}","status":200,"took":"{n}ms"}
{"level":30,"time":17{d:11},"pid":{n},"hostname":"web-{n2}","reqId":"{uuid}","msg":"GET /users/{n} 200 {n}ms"}
{"timestamp":"{at}","severity":"ERROR","service":"{name}","message":"token validation failed for user {uuid}: expired","requestId":"{uuid}"}
{"time":"{at}","level":"WARN","msg":"cache miss","key":"user:{n}:profile","node":"cache-{n2}","took_ms":{n}}
{"time":"{at}","event":"session_created","session_id":"{uuid}","user_id":{n},"ttl":3600}
{at} [http-nio-8080-exec-{n2}] ERROR c.a.{name}.LoginController - Authentication failed: bad credentials (attempt {n2})
{at}  INFO {n} --- [           main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): 8080 (http)
{at} ERROR {name} sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) FATAL: password authentication failed for user "app"
	at com.acme.{name}.TokenService.refresh(TokenService.java:{n})
    at Object.<anonymous> (/srv/app/node_modules/{name}/dist/index-{an:8}.js:{n}:{n2})
  File "/usr/lib/python3.11/site-packages/{name}/auth.py", line {n}, in get_token
goroutine {n} [chan receive, {n2} minutes]: main.(*Worker).Run(0xc{hex:9}, {0x{hex:6}, 0xc{hex:9}})
I1120 14:{n2}:{n2}.{n6}       1 controller.go:{n}] "Reconciling" pod="{name}-{hex:10}-{low:5}" namespace="prod" uid="{uuid}"
{n}s         Warning   BackOff   pod/{name}-{hex:9}-{low:5}   Back-off restarting failed container app in pod {name}-{hex:9}-{low:5}_prod({uuid})
{name}-{hex:10}-{low:5}   1/1   Running   0   {n2}d   {ip}   ip-10-0-{n2}-{n2}.eu-west-1.compute.internal   <none>
Successfully pulled image "ghcr.io/acme/{name}@sha256:{hex:64}" in {n}ms
CONTAINER {hex:12}  IMAGE acme/{name}:1.{n2}.{n2}  STATUS Exited (137) {n2} minutes ago
LOG:  duration: {n}.{n2} ms  statement: SELECT id, token_hash FROM sessions WHERE user_id = {n} LIMIT 1
ERROR:  duplicate key value violates unique constraint "users_email_key" DETAIL:  Key (id)=({uuid}) already exists.
{n}:M 20 Nov 2026 14:{n2}:{n2}.{n} * Background saving terminated with success, {n} keys in 0.{n2} seconds
kafka: [Consumer clientId={name}-{n2}, groupId={name}] Resetting offset for partition orders-{n2} to position FetchPosition{offset={n}}
level=info ts={at} caller=main.go:{n} component=tsdb msg="write block" ulid=01{UPU:24} duration={n}ms
h2 {at} app/{name}/{hex:16} {ip}:{n} {ip}:80 0.00{n2} 0.{n} 0.000 502 - 34 {n} "GET https://shop.internal:443/cart HTTP/2.0" "Root=1-{hex:8}-{hex:24}"
commit {hex:40}
{hex:7} fix(auth): refresh token before it expires (#{n})
index {hex:7}..{hex:7} 100644
   {hex:7}..{hex:7}  main -> origin/main
Author date 2026-11-20, tree {hex:40}, parent {hex:40}
npm warn deprecated {name}@{n2}.{n2}.0: use {name}-next instead; integrity sha512-{b64:86}==
"resolved": "https://registry.npmjs.org/{name}/-/{name}-1.{n2}.0.tgz", "integrity": "sha512-{b64:86}=="
github.com/acme/{name} v1.{n2}.0 h1:{b64:43}=
    {name} (~> 3.{n2}) sha256={hex:64}
Run actions/cache@v4 key: Linux-node-{hex:64} restore-keys: Linux-node-
##[group]Run actions/checkout@{hex:40} # v4.{n2}.{n2}
Terraform: aws_instance.{name}[0]: Modifying... [id=i-0{hex:16}]
arn:aws:iam::{d:12}:role/{name} assumed by arn:aws:sts::{d:12}:assumed-role/ci/{name}
x-request-id: {uuid}; x-amz-cf-pop: FRA56-P{n2}; etag: W/"{hex:32}"
traceparent: 00-{hex:32}-{hex:16}-01
GET /static/js/main.{hex:8}.chunk.js 304 {n} - {n}.{n2} ms
POST /graphql operation=GetUser variables={"id":"{uuid}"} status=200
Slow query ({n} ms): UPDATE accounts SET api_key_rotated_at = now() WHERE id = '{uuid}'
Deploy {n} of {name} finished: image {hex:12}, revision {hex:40}, took {n}s
alert HighErrorRate firing: sum(rate(http_requests_total{code=~"5.."}[5m])) > 0.05, value 0.{n2}
P{n2} incident: checkout returns 500 for {n2} % of users since 14:{n2}, started after deploy v1.{n2}.{n2}
LLM usage: prompt_tokens={n} completion_tokens={n} total_tokens={n} max_tokens=4096 model=gpt-4o-2024-08-06
Stripe webhook evt_{an:24} received for payment intent pi_{an:24}, status succeeded
rotated encryption key, new version {n2}, old version kept for {n2} days
secret "db-credentials" not found in namespace prod
The access token expired at {at}; the client got a new one after {n} ms
JWT verification failed: kid {hex:8} unknown, issuer https://id.internal/realms/{name}
MD5 ({name}-1.{n2}.tar.gz) = {hex:32}
{hex:64}  dist/{name}-1.{n2}.{n2}.tgz
epoch 17{d:8} 17{d:11} order {d:16} amount {n}.{n2}
route "/users/:id/keys" matched in {n} us by handler listKeys
`;

const NAMES = [
  'checkout',
  'billing',
  'search-api',
  'orders',
  'gateway',
  'user-service',
  'mailer',
  'inventory',
];

function lineOf(format: string, draw: Draw): string {
  const number = (digits: number): string => String(draw(10 ** digits));
  const filled = format
    .replace(/\{uuid\}/g, '{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}')
    .replace(
      /\{at\}/g,
      () => `2026-11-20T14:${String(draw(60)).padStart(2, '0')}:07.${String(draw(1000)).padStart(3, '0')}Z`,
    )
    .replace(/\{name\}/g, () => NAMES[draw(NAMES.length)] ?? '')
    .replace(/\{ip\}/g, () => `10.${draw(256)}.${draw(256)}.${draw(256)}`)
    .replace(/\{n(\d?)\}/g, (_, digits: string) => number(digits === '' ? 4 : Number(digits)));
  return tokenOf(filled, draw);
}

/** `rounds` lines of every format. */
export function ordinaryLines(rounds: number): string[] {
  const formats = FORMATS.split('\n').filter((line) => line !== '');
  return formats.flatMap((format, index) =>
    Array.from({ length: rounds }, (_, round) => lineOf(format, drawer(`ordinary/${index}/${round}`))),
  );
}

/** Lists of what looks random and is none: digests, ids, versions. */
export function identifiers(rounds: number): string[] {
  const forms = [
    '{hex:40}',
    'sha256:{hex:64}',
    '{hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}',
    '01{UPU:24}',
    'sha512-{b64:86}==',
    'h1:{b64:43}=',
    '{hex:32}  file-{d:3}.tar.gz',
    '{hex:7}',
    'v{d:1}.{d:2}.{d:1}-rc.{d:1}+build.{d:5}',
    'req-{hex:8}',
    '{hex:128}',
    '"{hex:64}": "{hex:40}",',
  ];
  return forms.flatMap((form, index) =>
    Array.from({ length: rounds }, (_, round) => tokenOf(form, drawer(`id/${index}/${round}`))),
  );
}

/** Share of lines that come out as they went in. */
export function unchangedShare(lines: readonly string[], redact: (text: string) => string): number {
  return lines.filter((line) => redact(line) === line).length / lines.length;
}
