// app.mjs - the reference app (tools/demo/) as a test or tools/dev/screenshots drives it: opens it,
// fills in its forms, and waits for its screens. Texts are those of tools/demo/lib/texts.js, by key.
//
// A context of newApp() asks for nothing but the app's own files and the service. Whenever a screen has
// come or a form is filled in, no secret may stand in a storage, an address or the history.

import assert from 'node:assert/strict';

import { createClient } from '../../tools/client/src/index.js';
import { texts } from '../../tools/demo/lib/texts.js';
import {
  API,
  API_10S,
  PASSWORD,
  captchaAnswer,
  identify,
  invite,
  register,
} from '../node/service.mjs';
import { APP, newContext } from './browser.mjs';

// What a test knows of a context: its secrets, by what they are called, and each CAPTCHA's token by its
// picture or sound.
const known = new WeakMap();

// A context for the app, without a page yet. Options as newContext() has them, and `language`.
export async function newApp(t, { language = 'ja', ...options } = {}) {
  const locale = language === 'ja' ? 'ja-JP' : 'en-GB';
  const viewport = { width: 390, height: 844 }; // a phone's
  const context = await newContext(t, { locale, viewport, ...options });
  const elsewhere = [];
  known.set(context, { language, secrets: new Map(), captchas: new Map() });
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !isOurs(request.url())) elsewhere.push(request.url());
  });
  context.on('response', (response) => note(context, response));
  t.after(() => assert.deepEqual(elsewhere, [], 'requests to elsewhere'));
  return context;
}

const ORIGINS = [API, APP, APP.replace('127.0.0.1', 'localhost')];

function isOurs(url) {
  return ORIGINS.includes(new URL(url).origin);
}

// Answers that hold a secret, or the token of a CAPTCHA. One may be lost: its page was closed.
const NOTED = /\/v1\/(captcha|sessions|sessions\/refresh|registration\/identity)$/;

async function note(context, response) {
  if (!NOTED.test(response.url()) || !response.ok() || response.request().method() !== 'POST') return;
  const { secrets, captchas } = known.get(context);
  const read = response.json().catch(() => ({}));
  pending.add(read);
  const answer = await read;
  pending.delete(read);
  if (answer.data) captchas.set(answer.data, answer.captcha_token);
  keepSecret(secrets, 'access token', answer.access_token);
  keepSecret(secrets, 'authentication key', answer.authentication_key);
}

const pending = new Set();

// A short one would be found by chance in a token that may be kept.
function keepSecret(secrets, name, value) {
  if (!value) return;
  assert.ok(value.length >= 6, `${name} is too short to be looked for`);
  secrets.set(value, name);
}

// The app's text of a key in the language of the page's context.
export function text(page, key, values = {}) {
  const [ja, en] = texts[key];
  const chosen = known.get(page.context()).language === 'ja' ? ja : en;
  return chosen.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The test goes on in this language: it has pressed the button.
export function speaks(page, language) {
  known.get(page.context()).language = language;
}

// Opens a page of the app in a new tab.
export async function openApp(context, path = '/login') {
  const page = await context.newPage();
  await page.goto(APP + path);
  return page;
}

// Waits until the screen of this title is there, and has loaded.
export async function shows(page, title) {
  await page.locator('#heading', { hasText: wholly(text(page, title)) }).waitFor();
  await page.locator('#content > .loading').waitFor({ state: 'detached' });
  await keepsNoSecret(page);
}

function wholly(words) {
  return new RegExp(`^\\s*${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

// The box with what went wrong; answers with its text.
export async function problem(page) {
  const box = page.locator('.problem [role="alert"]');
  await box.waitFor();
  return box.innerText();
}

// Waits until the screen says so.
export function says(page, words) {
  return page.locator('#content', { hasText: words }).waitFor();
}

export function valueOf(page, name) {
  return page.locator(`#content [name="${name}"]`).inputValue();
}

export function errorAt(page, name) {
  return page.locator(`#${name}-error`).textContent();
}

// The id of what has the focus.
export function focused(page) {
  return page.evaluate(() => document.activeElement.id);
}

// Fills in what has a value here, by the name of the field. Passwords, keys and numbers are secrets
// from now on.
export async function fill(page, values) {
  const { secrets } = known.get(page.context());
  for (const [name, value] of Object.entries(values)) {
    if (SECRET_FIELDS.has(name)) keepSecret(secrets, name, value.trim());
    await page.locator(`#content [name="${name}"]`).fill(value);
  }
  await keepsNoSecret(page);
}

const SECRET_FIELDS = new Set([
  'password',
  'password_confirmation',
  'current_password',
  'insured_number',
  'birth_date',
  'posted_code',
  'captcha_answer',
  'authentication_key',
]);

export function submitButton(page) {
  return page.locator('#content form button[type="submit"]');
}

export async function submit(page, values = {}) {
  await fill(page, values);
  await submitButton(page).click();
}

export function click(page, key, values) {
  const name = text(page, key, values);
  return page.locator('#content').locator('a, button').getByText(name, { exact: true }).click();
}

// What a member reads off the picture that is shown, or hears.
export async function readCaptcha(page) {
  const shown = page.locator('.captcha :is(img, audio)');
  const [, data] = (await shown.getAttribute('src')).split(',');
  await Promise.all(pending);
  return captchaAnswer(known.get(page.context()).captchas.get(data));
}

// No secret in what outlives the screen, nor in what others see.
export async function keepsNoSecret(page) {
  const { secrets } = known.get(page.context());
  await Promise.all(pending);
  const cookies = await page.context().cookies();
  for (const { value } of cookies) keepSecret(secrets, 'refresh token', value);
  const places = await page.evaluate(readPlaces);
  for (const [place, kept] of Object.entries(places)) {
    for (const [secret, name] of secrets) {
      assert.ok(!kept.includes(secret), `${name} in ${place} of ${page.url()}`);
    }
  }
  assert.doesNotMatch(places.addresses, /token=/);
}

// Runs in the page. A storage that is blocked keeps nothing.
function readPlaces() {
  const read = (open) => {
    try {
      return decodeURIComponent(JSON.stringify(open()).replace(/%(?![0-9a-f]{2})/gi, '%25'));
    } catch {
      return '';
    }
  };
  return {
    sessionStorage: read(() => ({ ...sessionStorage })),
    localStorage: read(() => ({ ...localStorage })),
    addresses: read(() => [location.href, document.referrer, ...navigation.entries().map((e) => e.url)]),
    history: read(() => [history.state, window.name, document.title]),
    cookies: read(() => document.cookie),
  };
}

// As a phone gives back a tab that it threw away meanwhile: at the same address, with the tab's own
// storage and this entry of its history, and nothing else.
export async function throwAway(page) {
  const kept = await page.evaluate(() => [location.pathname, history.state, { ...sessionStorage }]);
  const context = page.context();
  await page.close();
  const tab = await openApp(context, '/images/mark.svg');
  await tab.evaluate(([path, state, storage]) => {
    for (const [name, value] of Object.entries(storage)) sessionStorage.setItem(name, value);
    history.replaceState(state, '', path);
  }, kept);
  await tab.reload();
  return tab;
}

// --- what goes wrong --------------------------------------------------------------------------------

// The service gets the next request of this kind and does it; the page never hears.
export function loseAnswer(page, method, path, times = 1) {
  return fault(page, method, path, times, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
}

// The service gets the next request of this kind and does it; a proxy waits in vain, and says 503.
export function loseAnswerBehindProxy(page, method, path) {
  const told = { code: 'unavailable', status: 503, title: 'Unavailable', detail: 'Wait.' };
  const body = JSON.stringify(told);
  return fault(page, method, path, 1, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, status: 503, contentType: 'application/problem+json', body });
  });
}

// The next requests of this kind do not arrive: as Playwright names it ('connectionrefused').
export function cutOff(page, method, path, times, reason = 'connectionrefused') {
  return fault(page, method, path, times, (route) => route.abort(reason));
}

// They are answered by somebody else: a proxy, a Wi-Fi that wants to be paid.
export function answerInstead(page, method, path, times, { headers = {}, ...answer }) {
  const cors = {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  };
  return fault(page, method, path, times, (route) =>
    route.fulfill({ ...answer, headers: { ...cors, ...headers } }),
  );
}

// The second service answers these requests: it has other settings (tests/node/on_stack).
export async function askOther(page, ...paths) {
  const other = (route) => route.continue({ url: route.request().url().replace(API, API_10S) });
  for (const path of paths) await page.route(API + path, other);
}

// The next request of this kind waits until the test, which gets it by what this answers, lets it go.
export async function holdBack(page, method, path) {
  let reached;
  const route = new Promise((resolve) => (reached = resolve));
  await fault(page, method, path, 1, reached);
  return () => route;
}

// The next request of this kind reaches the service with this access token.
export function takeOtherToken(page, method, path, token) {
  return fault(page, method, path, 1, (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }),
  );
}

// Without Playwright's `times`: it stops the interception with the last one, while Chromium still asks whether the
// page may send it, and now and then that question then fails.
async function fault(page, method, path, times, act) {
  let left = times;
  await page.route(API + path, (route) => {
    if (route.request().method() !== method || left === 0) return route.fallback();
    left -= 1;
    return act(route);
  });
}

// How many requests of this kind the page has sent so far.
export function counter(page, method, path) {
  let count = 0;
  page.on('request', (request) => {
    if (request.url() === API + path && request.method() === method) count += 1;
  });
  return () => count;
}

// --- members ----------------------------------------------------------------------------------------

const outside = createClient({ baseUrl: API, session: 'body' }); // no browser, and quicker

// Somebody whose first mail has come: { email, number, invitation }.
export function newInvited() {
  return invite(outside);
}

// Somebody whose second mail has come, too: also { authentication_key, link }.
export async function newIdentified() {
  return identify(outside, await newInvited());
}

// A member; answers with the login ID, which is the address, too.
export function newMember() {
  return register(outside);
}

// The context has the cookie of a new session, as after a login.
export async function beginSession(context, login_id, password = PASSWORD) {
  const answer = await context.request.post(`${API}/v1/sessions`, {
    data: { login_id, password, refresh: 'cookie' },
    headers: { Origin: APP },
  });
  assert.equal(answer.status(), 201);
}

// --- steps in the app -------------------------------------------------------------------------------

// Opens a mailed link in this tab, as a click in the mail does.
export async function openLink(page, title, token) {
  await page.goto(APP + mailedPath(title, token));
  await shows(page, title);
}

export function mailedPath(title, token) {
  return `${PATHS[title]}#token=${token}`;
}

const PATHS = {
  'identity.title': '/register/identity',
  'key.title': '/register/authentication-key',
  'reset.title': '/recover/password',
  'confirm_email.title': '/settings/email-confirmation',
  'confirm_deletion.title': '/account-deletion/confirmation',
};

// Answers with the key that is shown.
export async function proveIdentity(page, insured_number) {
  await submit(page, { insured_number, captcha_answer: await readCaptcha(page) });
  await shows(page, 'key_shown.title');
  return page.locator('#key').textContent();
}

export async function enterKey(page, authentication_key) {
  await submit(page, { authentication_key });
  await shows(page, 'account.title');
}

export async function createAccount(page, values = {}) {
  const password = { password: PASSWORD, password_confirmation: PASSWORD };
  await submit(page, { ...password, nickname: 'はなこ', ...values });
  await shows(page, 'complete.title');
}

export async function logIn(page, login_id, password = PASSWORD) {
  await submit(page, { login_id, password });
  await shows(page, 'home.title');
}
