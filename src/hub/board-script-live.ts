/** How the page hears of news: a stream, or questions where there is none. Plain JavaScript for browsers, as text. */
export const LIVE_SCRIPT = `
const link = document.getElementById('link');
/** The server says something at least every ten seconds; after so long the line is dead, whatever the browser thinks. */
const SILENCE = 25000;
const ASK_EVERY = 2000;
const HIDDEN_EVERY = 15000;
const STREAM_AGAIN = 30000;
let source = null;
let heard = 0;
let asking = 0;
let ended = 0;

function tell(name, text) {
  if (link.textContent !== text) link.textContent = text;
  link.className = name;
}

const address = (more) => {
  const query = new URLSearchParams({ after: page.dataset.cursor, ...more });
  if (incident) query.set('incident', incident);
  return page.dataset.events + '?' + query;
};

function stream() {
  stop();
  heard = Date.now();
  source = new EventSource(address({}));
  const hear = () => {
    heard = Date.now();
    tell('live', 'live');
  };
  source.addEventListener('open', hear);
  source.addEventListener('beat', (event) => {
    hear();
    hearTime(Number(event.data));
  });
  source.addEventListener('change', (event) => {
    hear();
    apply(JSON.parse(event.data));
  });
  source.addEventListener('error', () => {
    tell('lost', 'connection lost, trying again');
    // The browser tries again by itself unless the server has refused.
    if (source && source.readyState === EventSource.CLOSED) ask();
  });
}

function stop() {
  if (source) source.close();
  source = null;
  clearTimeout(asking);
}

/** The way without a stream; it also finds out why there is none. */
async function ask() {
  if (source) ended = Date.now();
  stop();
  let next = document.hidden ? HIDDEN_EVERY : ASK_EVERY;
  try {
    const answer = await window.fetch(address({ poll: '1' }), { redirect: 'error' });
    if (answer.status === 401) return tell('lost', 'signed out: open the board again');
    if (answer.status === 200) apply(await answer.json());
    if (!answer.ok) throw new Error('refused');
    tell('live', document.hidden ? 'resting' : 'live, every 2 s');
    if (!document.hidden && Date.now() - ended > STREAM_AGAIN) return stream();
  } catch {
    tell('lost', 'connection lost, trying again');
    next = Math.max(next, 3000);
    // Once it answers again, a stream is worth a try.
    ended = 0;
  }
  clearTimeout(asking);
  asking = setTimeout(ask, next);
}

setInterval(() => {
  if (source && Date.now() - heard > SILENCE) ask();
}, 5000);

// A browser has few connections for one server: a page that nobody looks at holds none.
document.addEventListener('visibilitychange', () => (document.hidden ? ask() : stream()));
// A page out of the browser's memory shows what was; it is brought up to date.
addEventListener('pageshow', (event) => event.persisted && stream());
addEventListener('pagehide', stop);
stream();
`;
