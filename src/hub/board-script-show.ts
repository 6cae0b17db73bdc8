/**
 * What the page's script does to the page. Plain JavaScript for browsers, kept as text: it is served as it stands here.
 * Markup comes from our own server, escaped there; it is parsed apart from the page, where nothing in it can run, and
 * the policy of the page lets no script run but this one.
 */
export const SHOW_SCRIPT = `
const page = document.body;
const main = document.getElementById('main');
const incident = main.dataset.incident || '';
const timeline = document.getElementById('timeline');

/** The server's clock: deadlines are true even where this machine's clock is wrong. */
let offset = Number(page.dataset.now) - Date.now();
const now = () => Date.now() + offset;
/** A message that took long makes the server's clock look late: the one that took least is right. */
function hearTime(ms) {
  const heard = ms - Date.now();
  if (heard > offset || offset - heard > 5000) offset = heard;
}

const parsed = (markup) => new DOMParser().parseFromString(markup, 'text/html').body;

/** Boxes that somebody has ticked here and that the record does not show yet. */
const ticked = new WeakSet();

/** Makes the inside of one element like that of another and leaves alone what is the same: focus, what is open, what is being typed. */
function patch(old, next) {
  const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = old.firstChild;
  for (const node of [...next.childNodes]) {
    const same = node.id ? sameTag(known.get(node.id), node) : at && !at.id && sameTag(at, node);
    if (!same) {
      old.insertBefore(document.importNode(node, true), at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    become(same, node);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const sameTag = (a, b) => (a && a.nodeName === b.nodeName ? a : null);

function become(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  // Filled by this script, not by the server.
  if (old.hasAttribute('data-own')) return;
  const kept = (name) => old.nodeName === 'DETAILS' && name === 'open';
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && !kept(name)) old.removeAttribute(name);
  for (const { name, value } of [...next.attributes])
    if (old.getAttribute(name) !== value && !kept(name)) old.setAttribute(name, value);
  if (old.type === 'checkbox') {
    const isDone = next.hasAttribute('checked');
    // A tick that is on its way is not taken back by other news.
    if (isDone) ticked.delete(old);
    old.checked = isDone || ticked.has(old);
  }
  patch(old, next);
}

/** Said to screen readers, not more often than every five seconds. */
const said = document.getElementById('said');
const waiting = [];
let saying = 0;
function say(text) {
  if (!waiting.includes(text)) waiting.push(text);
  if (saying) return;
  const flush = () => {
    saying = 0;
    if (waiting.length === 0) return;
    said.textContent = waiting.splice(0).slice(-5).join('. ');
    saying = setTimeout(flush, 5000);
  };
  saying = setTimeout(flush, 300);
}

const two = (count) => String(count).padStart(2, '0');
function lasting(ms) {
  const s = Math.floor(ms / 1000);
  if (s >= 86400) return Math.floor(s / 86400) + 'd ' + Math.floor((s % 86400) / 3600) + 'h';
  if (s >= 3600) return Math.floor(s / 3600) + 'h ' + two(Math.floor((s % 3600) / 60)) + 'm';
  return s >= 60 ? Math.floor(s / 60) + 'm ' + two(s % 60) + 's' : s + 's';
}

function count() {
  for (const clock of document.querySelectorAll('[data-due]')) {
    const left = Number(clock.dataset.due) - now();
    const text = left < 0 ? 'overdue by ' + lasting(-left) : 'in ' + lasting(left);
    const place = clock.querySelector('.left');
    if (place.textContent !== text) place.textContent = text;
    if (left < 0 && clock.classList.contains('running')) {
      clock.classList.replace('running', 'overdue');
      say(clock.dataset.label + ' is overdue');
    }
  }
}
const beat = () => {
  count();
  setTimeout(beat, 1000 - (now() % 1000));
};
beat();

/** One event where it belongs, the newest first; one that is there is replaced. */
function place(item) {
  const line = document.importNode(parsed(item.html).firstElementChild, true);
  const there = document.getElementById(line.id);
  if (there) {
    there.replaceWith(line);
    return false;
  }
  const after = [...timeline.children].find((other) => other.dataset.key < line.dataset.key);
  timeline.insertBefore(line, after || null);
  line.classList.add('new');
  setTimeout(() => line.classList.remove('new'), 4000);
  say(line.dataset.kind);
  return true;
}

function apply(change) {
  hearTime(change.now_ms);
  for (const [name, markup] of Object.entries(change.parts)) {
    const part = document.getElementById('part-' + name);
    if (part) patch(part, parsed(markup));
  }
  if (timeline) {
    if (change.timeline_is === 'whole') {
      const all = new Set(change.timeline.map((item) => 'ev-' + item.id));
      for (const line of [...timeline.children]) if (!all.has(line.id)) line.remove();
    }
    for (const item of change.timeline) place(item);
  } else if (change.parts.list !== undefined) say('The list of incidents has changed');
  page.dataset.cursor = change.cursor;
  count();
}
`;
