import { type Html, html } from './html.ts';
import { STYLE } from './style.ts';

export interface Page {
  title: string;
  /** One line under the title. */
  lead: Html | string;
  /** Sections, each beginning with an `<h2>`. */
  body: Html | readonly Html[];
  /** Where the numbers come from. */
  foot: Html | string;
}

/**
 * One whole HTML file: no script, nothing fetched, no address to another place; readable on screen in light and
 * dark and on paper. The policy in its head forbids a browser everything but the style sheet inside.
 */
export function page({ title, lead, body, foot }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${STYLE}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><h1>${title}</h1>
<p class="lead">${lead}</p></header>
<main id="main">
${body}
</main>
<footer><p>${foot}</p></footer>
</body>
</html>
`.markup;
}
