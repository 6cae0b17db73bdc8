import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { reviewPage } from '../core/report/review-page.ts';
import { reviewCsv } from '../core/review/csv.ts';
import { reviewRows } from '../core/review/rows.ts';
import { checkedArguments } from '../tools/support/call.ts';
import { ReviewInput, reviewAll } from '../tools/support/review.ts';
import type { Tool } from '../tools/tool.ts';
import { type Command, EXIT } from './command.ts';
import { putText } from './new-file.ts';

const FILES = {
  csv: z.string().optional().describe('Write one line per incident there; - is standard output'),
  html: z.string().optional().describe('Write a page with charts there; - is standard output'),
};

/** The review of the terminal: the same numbers, also as files. */
export function withReviewFiles(tool: Tool, plain: Command): Command {
  return {
    ...plain,
    input: plain.input.extend(FILES),
    examples: [...plain.examples, 'review --since -90d --html review.html --csv incidents.csv'],
    async run({ csv, html, ...args }, session) {
      if (csv === undefined && html === undefined) return plain.run(args, session);
      const { out } = session;
      if (csv === '-' && html === '-')
        throw new PulseError(
          'invalid_input',
          'standard output takes one of the two.',
          'Give a file name to the other.',
        );
      const deps = await session.deps();
      const wanted = ReviewInput.parse(checkedArguments(tool, args));
      const { review, incidents, nowMs } = await reviewAll(wanted, deps);
      const rows = reviewRows(incidents, deps.settings.matrix, nowMs);
      if (typeof csv === 'string') await putText(csv, reviewCsv(rows), 'the table', session);
      if (typeof html === 'string') await putText(html, reviewPage(review, rows), 'the page', session);
      if (out.json && csv !== '-' && html !== '-')
        out.value({ incidents: rows.length, csv: csv ?? null, html: html ?? null });
      return EXIT.ok;
    },
  };
}
