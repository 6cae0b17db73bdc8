import type { Connect } from '../connection.ts';

export const connectGitHub: Connect = async () => ({ check: async () => [] });
