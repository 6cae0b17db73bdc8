// The floor: the smallest honest MCP server over stdio. Answers initialize, tools/list and tools/call, and does nothing.
// With a file as its argument it first appends the call's `line` there and flushes it: what any durable server has to do.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';

const file = process.argv[2] === undefined ? null : openSync(process.argv[2], 'a');
const tools = [{ name: 'echo', description: 'Says it again', inputSchema: { type: 'object' } }];
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'echo', version: '1' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call'({ arguments: given }) {
    if (file !== null) {
      writeSync(file, given.line);
      fdatasyncSync(file);
    }
    return { content: [{ type: 'text', text: JSON.stringify(given) }] };
  },
};

let rest = '';
process.stdin.on('data', (data) => {
  const lines = (rest + data).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) continue;
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) })}\n`);
  }
});
