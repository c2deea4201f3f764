// mailbox.js - lists the caught mails, shows one of them, and follows what comes.
//
// The address bar says what is shown: ?to=TEXT is the filter, #ID the mail. Whatever a mail holds
// goes into the page as text; its HTML is shown in a frame that may run nothing.

const ADDRESS = /https?:\/\/[!#-;=?-~]+/g; // ASCII: Japanese text may follow without a blank
const AGAIN_MS = 2000;
const TYPED_MS = 200;

const list = document.querySelector('#list');
const article = document.querySelector('#mail');
const status = document.querySelector('#status');
const filter = document.querySelector('#to');
const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const items = new Map(); // of the list, by the mail's id
let stream = null;
let asked = 0; // the last request for the list: only its answer counts
let shown = '';

// --- small helps --------------------------------------------------------------------------------

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Japanese has glyphs of its own.
function language(text) {
  return /[\u3040-\u30ff\u3400-\u9fff]/.test(text) ? 'ja' : 'en';
}

// A text of a mail.
function words(name, text, attributes = {}) {
  return make(name, { lang: language(text), ...attributes }, text);
}

// A link that opens a new tab.
function outwards(href, text) {
  return make('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}

function when(mail) {
  return make('time', { datetime: mail.time }, clock.format(new Date(mail.time)));
}

async function read(path) {
  const answer = await fetch(path);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

function noConnection() {
  status.textContent = 'No connection to tools/run. Trying again ...';
}

// --- the list -----------------------------------------------------------------------------------

async function showList() {
  const turn = (asked += 1);
  const to = filter.value.trim();
  let answer;
  try {
    answer = await read(`/mailbox/mails?to=${encodeURIComponent(to)}`);
  } catch {
    if (turn === asked) noConnection();
    return;
  }
  if (turn !== asked) return;
  fill(answer.mails);
  mark();
  status.textContent = count(answer, to);
}

function count({ mails, more }, to) {
  const whose = to === '' ? '' : ` to “${to}”`;
  if (more) return `The newest ${mails.length} mails${whose}`;
  if (mails.length === 0) return `No mail${whose} yet. A new one appears by itself.`;
  return mails.length === 1 ? `1 mail${whose}` : `${mails.length} mails${whose}`;
}

// Items that stay are not touched, so that the focus stays, too.
function fill(mails) {
  const wanted = new Set(mails.map((mail) => mail.id));
  for (const [id, item] of items) {
    if (!wanted.has(id)) {
      item.remove();
      items.delete(id);
    }
  }
  let next = list.firstElementChild;
  for (const mail of mails) {
    const item = items.get(mail.id);
    if (item) {
      next = item.nextElementSibling;
    } else {
      list.insertBefore(newItem(mail), next);
    }
  }
}

function newItem(mail) {
  const item = make('li', {},
    make('a', { href: `#${mail.id}` },
      words('span', mail.subject || '(no subject)', { class: 'subject' }),
      make('span', { class: 'to' }, mail.to.join(', ')),
      when(mail)));
  items.set(mail.id, item);
  return item;
}

// The item of the mail that is shown.
function mark() {
  for (const [id, item] of items) {
    item.firstElementChild.ariaCurrent = id === shown ? 'true' : null;
  }
}

// --- one mail -----------------------------------------------------------------------------------

async function showMail() {
  shown = decodeURIComponent(location.hash.slice(1));
  mark();
  document.body.classList.toggle('reading', shown !== '');
  if (shown === '') {
    article.hidden = true;
    article.replaceChildren();
    return;
  }
  const id = shown;
  let mail;
  try {
    mail = await read(`/mailbox/mails/${encodeURIComponent(id)}`);
  } catch {
    noConnection();
    return;
  }
  if (id !== shown) return;
  article.replaceChildren(back(), ...(mail ? parts(mail) : [gone()]));
  article.hidden = false;
  article.querySelector('h2').focus();
}

function back() {
  return make('a', { href: '#', class: 'back' }, 'All mails');
}

function gone() {
  return make('h2', { id: 'subject', tabindex: '-1' }, 'This mail is gone');
}

function parts(mail) {
  return [
    words('h2', mail.subject || '(no subject)', { id: 'subject', tabindex: '-1' }),
    make('dl', {},
      make('dt', {}, 'From'), words('dd', mail.from),
      make('dt', {}, 'To'), make('dd', {}, mail.to.join(', ')),
      make('dt', {}, 'Received'), make('dd', {}, when(mail)),
      make('dt', {}, 'Source'),
      make('dd', {}, outwards(`/mailbox/mails/${mail.id}/raw`, 'as it was sent'))),
    make('div', { class: 'forms' }, ...(mail.has_html ? [htmlForm(mail)] : []), textForm(mail)),
  ];
}

// No script, no form, nothing of this page: only its links may open a tab.
function htmlForm(mail) {
  return make('section', {},
    make('h3', {}, 'HTML'),
    make('iframe', {
      title: 'The mail in HTML',
      sandbox: 'allow-popups allow-popups-to-escape-sandbox',
      referrerpolicy: 'no-referrer',
      src: `/mailbox/mails/${mail.id}/html`,
    }));
}

function textForm(mail) {
  return make('section', {},
    make('h3', {}, 'Text'),
    make('pre', { lang: language(mail.text) }, ...withLinks(mail.text.trimEnd())));
}

// The text, its addresses as links.
function withLinks(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    pieces.push(text.slice(end, index), outwards(address, address));
    end = index + address.length;
  }
  return [...pieces, text.slice(end)];
}

// --- what comes ---------------------------------------------------------------------------------

// Only while the page is seen: a browser opens six connections to a server, for all tabs together.
function follow() {
  if (stream || document.hidden) return;
  stream = new EventSource('/mailbox/events');
  stream.addEventListener('mails', showList);
  stream.addEventListener('error', () => {
    noConnection();
    if (stream?.readyState !== EventSource.CLOSED) return; // it tries again by itself
    leave();
    setTimeout(follow, AGAIN_MS);
  });
}

function leave() {
  stream?.close();
  stream = null;
}

let typed;
filter.addEventListener('input', () => {
  clearTimeout(typed);
  typed = setTimeout(() => {
    const to = filter.value.trim();
    const query = to === '' ? '' : `?to=${encodeURIComponent(to)}`;
    history.replaceState(null, '', `/mailbox/${query}${location.hash}`);
    showList();
  }, TYPED_MS);
});
document.querySelector('#filter').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('visibilitychange', () => (document.hidden ? leave() : follow()));
window.addEventListener('pagehide', leave);
window.addEventListener('pageshow', follow);
window.addEventListener('hashchange', showMail);

filter.value = new URLSearchParams(location.search).get('to') ?? '';
follow();
if (location.hash.length > 1) showMail();
