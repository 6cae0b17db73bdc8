/** Where each host shows the changes between two commits. Source: the hosts' own pages. */
const HOSTS: readonly { host: RegExp; path: (good: string, bad: string) => string }[] = [
  { host: /(?:^|[.-])github\b/, path: (good, bad) => `compare/${good}...${bad}` },
  { host: /(?:^|[.-])gitlab\b/, path: (good, bad) => `-/compare/${good}...${bad}` },
  { host: /(?:^|[.-])bitbucket\b/, path: (good, bad) => `branches/compare/${bad}%0D${good}` },
];

const WEB = /^https?:\/\/(?:[^@/]*@)?([A-Za-z0-9.-]+(?::\d{1,5})?)\/(.+)$/;
const SSH = /^(?:ssh|git):\/\/(?:[^@/]*@)?([A-Za-z0-9.-]+)(?::\d{1,5})?\/(.+)$/;
const SCP = /^(?:[^@/:]+@)?([A-Za-z0-9.-]+):(?!\/\/)(.+)$/;
const REPOSITORY = /^[\w.~-]+(?:\/[\w.~-]+){1,8}$/;

/**
 * The page that compares two commits, derived from the remote's address without its credentials; null for a host
 * whose pages are not known, or a path that is none.
 * @param remote address as git has it
 * @param good full commit
 * @param bad full commit
 */
export function compareLink(remote: string, good: string, bad: string): string | null {
  const [, host = '', rest = ''] = WEB.exec(remote) ?? SSH.exec(remote) ?? SCP.exec(remote) ?? [];
  const known = HOSTS.find((row) => row.host.test(host.toLowerCase()));
  const path = rest
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  if (!known || !REPOSITORY.test(path) || path.split('/').includes('..')) return null;
  return `https://${host.toLowerCase()}/${path}/${known.path(good, bad)}`;
}
