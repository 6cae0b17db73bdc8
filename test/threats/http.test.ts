import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { baseAddress, createHttp } from '../../src/adapters/http.ts';

/** A service on this machine, and everything it was asked. */
async function service(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { asked, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a service', () => {
  it.each([301, 302, 303, 307, 308])(
    'that leads elsewhere with %i is not followed, and no token goes there',
    async (status) => {
      const other = await service((_, response) => response.end('{"ok":true}'));
      const first = await service((_, response) => {
        response.writeHead(status, { location: `${other.base}/latest/meta-data` });
        response.end();
      });
      const http = createHttp(first.base, { authorization: 'Bearer secret' });
      expect(await http.send('GET', '/x')).toEqual({ state: 'lost' });
      expect(await http.send('POST', '/x', {})).toEqual({ state: 'lost' });
      expect(first.asked).toEqual(['GET /x Bearer secret', 'POST /x Bearer secret']);
      expect(other.asked).toEqual([]);
    },
  );

  it('that answers more than anybody needs is cut off', async () => {
    const { base } = await service((_, response) => response.end(`"${'x'.repeat(6 * 1024 * 1024)}"`));
    expect(await createHttp(base, {}).send('GET', '/x')).toMatchObject({ state: 'answered', body: null });
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://metadata.google.internal',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'https://user:pass@api.example',
    'https://api.example/?next=https://evil.example',
    'https://api.example/#x',
    'ftp://api.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//evil.example',
    '',
  ])('at %j is none', (address) => {
    expect(() => baseAddress('JIRA_URL', address)).toThrow(/JIRA_URL is no address/);
  });
});
