import { PulseError } from '../core/errors.ts';
import { protocolError } from './answers.ts';
import type { DocumentName, OpenIncident, Operations } from './operations.ts';

type Row = { document: DocumentName; mimeType: string; title: string; description: string };

const DOCUMENTS: readonly Row[] = [
  {
    document: 'hotfix.md',
    mimeType: 'text/markdown',
    title: 'Hotfix',
    description: 'The incident and its hotfix, with what is still unknown.',
  },
  {
    document: 'tasks.md',
    mimeType: 'text/markdown',
    title: 'Tasks',
    description: 'Tasks T001 to T028 and which are done.',
  },
  {
    document: 'post-mortem.md',
    mimeType: 'text/markdown',
    title: 'Postmortem',
    description: 'The postmortem as the record stands now.',
  },
  {
    document: 'timeline',
    mimeType: 'application/jsonl',
    title: 'Timeline',
    description: 'The record itself: one event per line, in recorded order.',
  },
];

const RESOURCE_NOT_FOUND = -32002;
const ADDRESS = /^incident:\/\/([^/?#]{1,400})\/([^/?#]{1,40})$/;
/** A uid, `hotfix-003`, `003`, `hotfix-003 (b)`, a slug or a branch. */
const INCIDENT = /^[A-Za-z0-9][A-Za-z0-9 ()/_.-]{0,149}$/;
const WHERE =
  'Read incident://<incident>/hotfix.md, tasks.md, post-mortem.md or timeline; list_incidents shows the incidents.';

/** One template per document. */
export function resourceTemplates() {
  return DOCUMENTS.map(({ document, ...row }) => ({
    uriTemplate: `incident://{incident}/${document}`,
    name: document,
    ...row,
  })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The documents of the open incidents, oldest incident first. */
export function resourcesOf(open: readonly OpenIncident[]) {
  return open.flatMap(({ uid, label, hasPostmortem }) =>
    DOCUMENTS.filter(({ document }) => hasPostmortem || document !== 'post-mortem.md').map(
      ({ document, title, ...row }) => ({
        uri: `incident://${uid}/${document}`,
        name: `${label} ${document}`,
        title: `${label}: ${title}`,
        ...row,
      }),
    ),
  );
}

/** Reads one address; -32002 with the valid ones when it names nothing. */
export async function readResource(
  uri: string,
  read: (incident: string) => ReturnType<Operations['documentsOf']>,
) {
  const [, id = '', name = ''] = ADDRESS.exec(uri) ?? [];
  const row = DOCUMENTS.find(({ document }) => document === name);
  const incident = decoded(id);
  if (!row || !INCIDENT.test(incident) || incident.includes('..')) throw notFound(WHERE);
  try {
    const { files } = await read(incident);
    const text = files[row.document];
    if (text === undefined) throw notFound('It is not written yet: write_postmortem writes the postmortem.');
    return { contents: [{ uri, mimeType: row.mimeType, text }] };
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    if (error.code === 'not_found' || error.code === 'conflict')
      throw notFound(`${error.message}; ${error.hint}`);
    throw protocolError(-32603, `${error.code}: ${error.message}. Next: ${error.hint}`);
  }
}

function notFound(hint: string): Error {
  return protocolError(RESOURCE_NOT_FOUND, `Resource not found. ${hint}`, { hint });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
