/** What people do on the page. Plain JavaScript for browsers, as text. */
export const ACTS_SCRIPT = `
function answer(form, isOk, text) {
  const place = form.querySelector('.answer');
  place.setAttribute('role', isOk ? 'status' : 'alert');
  place.className = isOk ? 'answer ok' : 'answer refused';
  place.textContent = text;
}

async function send(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== '');
  const wanted = { act: form.dataset.act, incident, ...Object.fromEntries(fields) };
  try {
    const got = await window.fetch('/board/act', {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'x-board-csrf': page.dataset.csrf },
      body: JSON.stringify(wanted),
    });
    if (got.status === 401) return { ok: false, text: 'You are signed out: open the board again. Nothing was recorded.' };
    if (!got.ok && got.status !== 403) throw new Error('failed');
    return await got.json();
  } catch {
    return { ok: false, text: 'No answer came. Look at the timeline to see whether it was recorded, then try again.' };
  }
}

/** Where the keyboard goes when the form goes away with what it did; the news may come before the answer. */
function homeOf(form) {
  if (['approve', 'post'].includes(form.dataset.act)) return form.closest('.ask').querySelector('pre');
  return form.closest('.pass') ? form.closest('li').querySelector('input[type="checkbox"]') : null;
}

const busy = new WeakSet();
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.dataset.act) return;
  event.preventDefault();
  if (busy.has(form)) return;
  busy.add(form);
  const home = homeOf(form);
  const got = await send(form);
  busy.delete(form);
  answer(form, got.ok, got.text);
  const box = form.querySelector('input[type="checkbox"]');
  if (box && !got.ok) {
    ticked.delete(box);
    box.checked = false;
  }
  if (got.ok && got.draft !== undefined) showDraft(got.draft, got.plan_for);
  if (got.ok) for (const input of form.querySelectorAll('input[type="text"]')) input.value = '';
  if (got.ok && home) {
    say(got.text);
    const at = document.activeElement;
    if (at === document.body || form.contains(at)) home.focus();
  }
  if (got.ok && !source) ask();
});

document.addEventListener('change', (event) => {
  const box = event.target;
  if (box.type !== 'checkbox' || !box.form) return;
  if (box.getAttribute('aria-disabled') === 'true') {
    box.checked = true;
    answer(box.form, false, 'It stays as it is: what was recorded is not taken back by unticking.');
  } else if (box.checked) {
    ticked.add(box);
    box.form.requestSubmit();
  }
});

function showDraft(text, planFor) {
  const place = document.getElementById('draft-text');
  const plan = document.getElementById('plan-post');
  place.value = text;
  plan.hidden = planFor === undefined;
  plan.querySelector('input').value = planFor || '';
  plan.querySelector('.answer').textContent = '';
  place.closest('.draft').hidden = false;
  document.getElementById('copied').textContent = '';
  place.focus();
}

async function leave() {
  stop();
  try {
    await window.fetch('/board/sign-out', {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'x-board-csrf': page.dataset.csrf },
      body: '{}',
    });
  } finally {
    // Whatever came back: the page that is asked for now says who is signed in.
    window.location.assign('/board');
  }
}

document.addEventListener('click', async (event) => {
  if (event.target.id === 'leave') return leave().catch(() => undefined);
  if (event.target.id !== 'copy') return;
  const place = document.getElementById('draft-text');
  const told = document.getElementById('copied');
  try {
    await navigator.clipboard.writeText(place.value);
    told.textContent = 'Copied.';
  } catch {
    place.focus();
    place.select();
    told.textContent = 'Selected; copy it with the keyboard.';
  }
});
`;
