/** Unified diffs as `git apply` takes them, for the two changes that we propose: a new file and lines at the end of one. */

const CONTEXT = 3;
const NO_NEWLINE = '\\ No newline at end of file';

/** A file that is not there yet; `text` ends with a line break. `path` needs no quoting. */
export function newFileDiff(path: string, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return [
    `diff --git a/${path} b/${path}`,
    'new file mode 100644',
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n');
}

/** Lines added at the end of a file that holds `before`. Its own line ends are used; a missing last one is added. */
export function appendDiff(path: string, before: string, added: string): string {
  const end = before.includes('\r\n') ? '\r' : '';
  const more = added
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `+${line}${end}`);
  const isOpen = before !== '' && !before.endsWith('\n');
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const shown = old.slice(-CONTEXT);
  const last = isOpen ? (shown.pop() ?? '') : '';
  const kept = shown.map((line) => ` ${line}`);
  const reopened = isOpen ? [`-${last}`, NO_NEWLINE, `+${last}${end}`] : [];
  const oldCount = Math.min(CONTEXT, old.length);
  const start = old.length - oldCount + 1;
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${oldCount === 0 ? 0 : start},${oldCount} +${start},${oldCount + more.length} @@`,
    ...kept,
    ...reopened,
    ...more,
    '',
  ].join('\n');
}
