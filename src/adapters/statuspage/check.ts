import * as z from 'zod/v4';
import { PulseError } from '../../core/errors.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { ServiceCheck } from '../../ports-outward.ts';
import { cannotAsk } from '../http.ts';
import { readFrom, statusOf } from '../http-read.ts';
import { STATUSPAGE, type StatusPage } from './api.ts';
import type { StatuspageSettings } from './surface.ts';

const Page = z.object({ id: z.string(), name: z.string().nullish() });

/** Key, page and components. The right to write cannot be asked without writing. */
export async function checkStatuspage(
  page: StatusPage,
  { page: id, components = {} }: StatuspageSettings,
): Promise<ServiceCheck[]> {
  const read = await readFrom(page.http, page.root, Page);
  if (read.state === 'failed')
    return [pageFault(id, statusOf(read.result), cannotAsk(STATUSPAGE, read.result))];
  const seen = `the key reads the page ${oneLine(read.value.name ?? id, 80)}`;
  return [
    { id: 'statuspage_page', state: 'ok', seen, todo: '' },
    await componentLine(page, components).catch((error: unknown): ServiceCheck => {
      if (!(error instanceof PulseError)) throw error;
      return {
        id: 'statuspage_components',
        state: 'fail',
        seen: error.message,
        todo: 'try again in a moment',
      };
    }),
  ];
}

function pageFault(id: string, status: number | null, { message }: PulseError): ServiceCheck {
  return {
    ...{ id: 'statuspage_page', state: 'fail' },
    seen: status === 404 ? `the key sees no page ${id}` : message,
    todo:
      status === 404
        ? 'set statuspage.page to the id that Statuspage shows under API info'
        : status === 401 || status === 403
          ? 'set STATUSPAGE_API_KEY to a key of Statuspage (User menu, API info)'
          : 'try again in a moment',
  };
}

async function componentLine(
  page: StatusPage,
  components: Readonly<Record<string, string>>,
): Promise<ServiceCheck> {
  const id = 'statuspage_components';
  if (Object.keys(components).length === 0) {
    return {
      ...{ id, state: 'warn', seen: 'no component is named, so updates change none' },
      todo: 'name systems and the ids of their components in statuspage.components',
    };
  }
  const there = await page.componentIds();
  const lost = Object.entries(components).filter(([, one]) => !there.includes(one));
  return lost.length === 0
    ? { id, state: 'ok', seen: `${Object.keys(components).length} components are there`, todo: '' }
    : {
        ...{
          id,
          state: 'fail',
          seen: `not on the page: ${lost.map(([name]) => oneLine(name, 60)).join(', ')}`,
        },
        todo: 'correct their ids in statuspage.components; one unknown id makes Statuspage refuse the whole update',
      };
}
