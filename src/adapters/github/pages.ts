import type { GitHubTarget } from './target.ts';

/** The page of a file on the default branch; null for a path that is none of the repository. */
export function pageOf({ web, owner, repo }: GitHubTarget, path: string): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return null;
  return `${web}/${owner}/${repo}/blob/HEAD/${parts.map(encodeURIComponent).join('/')}`;
}
