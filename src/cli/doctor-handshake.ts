import { SERVER } from '../install/host.ts';
import type { talkTo } from '../wire.ts';

/** The protocol that most agents speak today; the server answers with the one that it speaks. */
const PROTOCOL = '2025-06-18';
const VERSION_TEXT = /^\d+\.\d+\.\d+(?:-[\w.]{1,40})?$/;

type TalkResult = Awaited<ReturnType<typeof talkTo>>;

/** How a start went. */
export interface Handshake {
  ended: TalkResult['ended'] | 'refused';
  code: number | null;
  /** From the start to the list of tools. In milliseconds. */
  ms: number;
  /** Whether what answered calls itself hotfix-pulse. */
  isOurs: boolean;
  /** Null when it tells none that is a version. */
  version: string | null;
  tools: readonly string[];
  /** The end of what it printed, or the line that was no answer. Somebody else's words. */
  printed: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function messageIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && value.jsonrpc === '2.0' ? value : null;
  } catch {
    return null;
  }
}

const rpc = (message: Record<string, unknown>): string => JSON.stringify({ jsonrpc: '2.0', ...message });

/** Does with a program what an agent does first: `initialize`, then `tools/list`. */
export async function shakeHands(
  talk: typeof talkTo,
  start: Pick<Parameters<typeof talkTo>[0], 'command' | 'cwd' | 'env' | 'timeoutMs' | 'signal'>,
  version: string,
): Promise<Handshake> {
  const seen = { isOurs: false, version: null as string | null, tools: [] as string[], refused: false };
  let garbled = '';
  const params = {
    ...{ protocolVersion: PROTOCOL, capabilities: {} },
    clientInfo: { name: `${SERVER}-doctor`, version },
  };
  const { ended, code, ms, tail } = await talk({
    ...start,
    first: rpc({ id: 1, method: 'initialize', params }),
    onLine(line) {
      const message = messageIn(line);
      if (message === null) {
        garbled = line.slice(0, 300);
        return 'garbled';
      }
      // Requests and notices of the server carry a method; only answers matter here.
      if ('method' in message) return [];
      const { id, result } = message;
      if (!isRecord(result)) {
        seen.refused = true;
        return 'done';
      }
      if (id === 1) {
        const info = isRecord(result.serverInfo) ? result.serverInfo : {};
        seen.isOurs = info.name === SERVER;
        seen.version =
          typeof info.version === 'string' && VERSION_TEXT.test(info.version) ? info.version : null;
        return [rpc({ method: 'notifications/initialized' }), rpc({ id: 2, method: 'tools/list' })];
      }
      if (id !== 2) return [];
      const tools = Array.isArray(result.tools) ? result.tools : [];
      seen.tools = tools.flatMap((tool) =>
        isRecord(tool) && typeof tool.name === 'string' ? [tool.name] : [],
      );
      return 'done';
    },
  });
  const { refused, ...found } = seen;
  return { ...found, ended: refused ? 'refused' : ended, code, ms, printed: garbled || tail };
}
