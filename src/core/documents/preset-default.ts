import { stack, told } from './md.ts';
import type { Layout } from './postmortem-md.ts';
import type { PostmortemDoc } from './postmortem-model.ts';

/** The union of the sections of all five sources. */
export function defaultLayout(doc: PostmortemDoc): Layout {
  return {
    header: stack(
      `# Postmortem: ${told(doc.title)}`,
      'Blameless: it asks how the system let this happen, not who did it. Lines marked _(narrative)_ were written afterwards; everything else comes from the record.',
    ),
    sections: doc.sections,
    note: '',
  };
}
