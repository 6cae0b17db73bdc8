import type { TokenEntry } from './core/team-tokens.ts';

/** What the hub needs from outside to know who may come in. */
export interface TokenStore {
  /** Everything that is written, in order. Called with every request. */
  read(): Promise<readonly TokenEntry[]>;
  /** Acknowledged means flushed. */
  append(entry: TokenEntry): Promise<void>;
}

/** The tokens of one record. */
export interface Team {
  tokens: TokenStore;
  /** The record that is served: a token for another one opens nothing. */
  workspace: string;
  /** Tokens that were made where they open nothing as things are set. */
  unused?: Pick<TokenStore, 'read'>;
  /** Lets go of connections; absent where there are none. */
  close?(): Promise<void>;
}
