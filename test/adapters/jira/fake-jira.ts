import type { Answer, Asked } from '../../support/prism-stand.ts';

type Fields = Record<string, unknown> & { labels: string[]; status: { name: string } };
interface Issue {
  id: string;
  key: string;
  fields: Fields;
  properties: Record<string, unknown>;
  comments: { id: string; author: { accountId: string }; body: unknown; properties: unknown }[];
  links: { id: number; globalId: string; object: { url: string; title: string } }[];
}

export const ME = 'acc-ours';

/** Jira as far as our requests go: one project OPS with the types Bug and Sub-task, and a simple workflow. */
export function fakeJira() {
  const issues: Issue[] = [];
  const state = {
    issues,
    /** The search index knows nothing made since. */
    lags: false,
    takesPriority: true,
    types: ['Task', 'Bug'],
    statuses: ['To Do', 'In Progress', 'Done'],
    anonymous: 404,
    projectType: 'software',
    linksOff: false,
    pageSize: 50,
  };
  const of = (path: string): Issue | undefined => {
    const key = /\/issue\/([^/]+)/.exec(path)?.[1];
    return issues.find((issue) => issue.key === key);
  };
  const routes: [string, RegExp, (asked: Asked) => Answer | null][] = [
    ['GET', /\/myself$/, () => ({ status: 200, body: { accountId: ME, displayName: 'Pulse Bot' } })],
    [
      'GET',
      /\/project\/OPS$/,
      (asked) =>
        asked.headers.authorization === undefined && state.anonymous !== 200
          ? { status: state.anonymous, body: { errorMessages: ['No project'] } }
          : { status: 200, body: { id: '1', key: 'OPS', projectTypeKey: state.projectType } },
    ],
    [
      'GET',
      /\/createmeta\/OPS\/issuetypes$/,
      () => ({
        status: 200,
        body: {
          issueTypes: state.types.map((name) => ({ name, subtask: false })),
          total: state.types.length,
        },
      }),
    ],
    [
      'POST',
      /\/issue$/,
      ({ body }) => create(body as { fields: Fields; properties: { key: string; value: unknown }[] }),
    ],
    ['POST', /\/search\/jql$/, ({ body }) => search(body as { jql: string; nextPageToken?: string })],
    [
      'GET',
      /\/issue\/[^/]+$/,
      ({ path }) => {
        const issue = of(path);
        if (!issue) return null;
        const { id, key, fields, properties } = issue;
        return { status: 200, body: { id, key, fields, properties } };
      },
    ],
    ['PUT', /\/issue\/[^/]+$/, ({ path, body }) => edit(of(path), body as Parameters<typeof edit>[1])],
    [
      'GET',
      /\/transitions$/,
      () => ({
        status: 200,
        body: {
          transitions: state.statuses.map((name, i) => ({ id: `${i}`, name: `Go to ${name}`, to: { name } })),
        },
      }),
    ],
    [
      'POST',
      /\/transitions$/,
      ({ path, body }) => {
        const issue = of(path);
        const { transition } = body as { transition: { id: string } };
        if (issue) issue.fields.status = { name: state.statuses[Number(transition.id)] ?? '' };
        return issue ? { status: 204 } : null;
      },
    ],
    [
      'GET',
      /\/remotelink$/,
      ({ path }) =>
        state.linksOff ? { status: 403, body: {} } : { status: 200, body: of(path)?.links ?? [] },
    ],
    ['POST', /\/remotelink$/, ({ path, body }) => addLink(of(path), body as Issue['links'][number])],
    [
      'GET',
      /\/comment$/,
      ({ path, query }) => {
        const all = [...(of(path)?.comments ?? [])].reverse();
        const from = Number(query.get('startAt'));
        const size = Math.min(Number(query.get('maxResults')), state.pageSize);
        return of(path)
          ? {
              status: 200,
              body: { comments: all.slice(from, from + size), total: all.length, startAt: from },
            }
          : null;
      },
    ],
    [
      'POST',
      /\/comment$/,
      ({ path, body }) => {
        const issue = of(path);
        if (!issue) return null;
        const comment = {
          id: `${10_000 + issue.comments.length}`,
          author: { accountId: ME },
          ...(body as object),
        };
        issue.comments.push(comment as Issue['comments'][number]);
        return { status: 201, body: comment };
      },
    ],
  ];

  function create({
    fields,
    properties,
  }: {
    fields: Fields;
    properties: { key: string; value: unknown }[];
  }): Answer {
    const errors: Record<string, string> = {};
    if (!state.takesPriority && 'priority' in fields) errors.priority = "Field 'priority' cannot be set.";
    const type = (fields.issuetype as { name: string }).name;
    if (!state.types.includes(type)) errors.issuetype = 'Specify a valid issue type';
    if ((fields.project as { key: string }).key !== 'OPS') errors.project = 'valid project is required';
    if (Object.keys(errors).length > 0) return { status: 400, body: { errorMessages: [], errors } };
    const issue = seed(fields, Object.fromEntries(properties.map(({ key, value }) => [key, value])));
    return { status: 201, body: { id: issue.id, key: issue.key, self: 'https://x.example/1' } };
  }

  /** An issue that is there; `creator` is somebody else unless said. */
  function seed(
    fields: Record<string, unknown>,
    properties: Record<string, unknown> = {},
    creator = ME,
  ): Issue {
    const n = issues.length + 1;
    const issue: Issue = {
      ...{ id: `${1_000 + n}`, key: `OPS-${n}`, properties, comments: [], links: [] },
      fields: { labels: [], ...fields, status: { name: 'To Do' }, creator: { accountId: creator } },
    };
    issues.push(issue);
    return issue;
  }

  function search({ jql, nextPageToken }: { jql: string; nextPageToken?: string }): Answer {
    const label = /labels = "([^"]+)" AND creator = currentUser\(\)/.exec(jql)?.[1] ?? '';
    const hits = state.lags ? [] : issues.filter(({ fields }) => fields.labels.includes(label));
    const from = Number(nextPageToken ?? 0);
    const isLast = from + state.pageSize >= hits.length;
    return {
      status: 200,
      body: {
        issues: hits.slice(from, from + state.pageSize).map(({ id, key }) => ({ id, key })),
        ...(isLast ? { isLast } : { isLast, nextPageToken: `${from + state.pageSize}` }),
      },
    };
  }

  function edit(
    issue: Issue | undefined,
    { fields = {}, update }: { fields?: object; update?: { labels: { add?: string; remove?: string }[] } },
  ): Answer | null {
    if (!issue) return null;
    if (!state.takesPriority && 'priority' in fields)
      return { status: 400, body: { errors: { priority: "Field 'priority' cannot be set." } } };
    Object.assign(issue.fields, fields);
    for (const { add, remove } of update?.labels ?? []) {
      issue.fields.labels = issue.fields.labels.filter((label) => label !== remove && label !== add);
      if (add) issue.fields.labels.push(add);
    }
    return { status: 204 };
  }

  function addLink(issue: Issue | undefined, link: Issue['links'][number]): Answer | null {
    if (!issue) return null;
    const there = issue.links.find(({ globalId }) => globalId === link.globalId);
    if (there) Object.assign(there, link);
    else issue.links.push({ ...link, id: issue.links.length });
    return { status: there ? 200 : 201, body: { id: 1, self: 'https://x.example/1' } };
  }

  return Object.assign(state, {
    seed,
    answer(asked: Asked): Answer | null {
      const route = routes.find(([method, path]) => method === asked.method && path.test(asked.path));
      return route ? route[2](asked) : null;
    },
  });
}
