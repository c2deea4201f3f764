// app_trouble.test.mjs - the reference app where something around it does not work: the service, the net,
// a Wi-Fi that wants to be paid, the browser's storage and cookies, a file of its own. Members always
// read what to do, and what they typed is still there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientProblem } from '../../tools/client/src/problems.js';
import { API, PASSWORD, mailedToken, newAddress, newNumber, until } from '../node/service.mjs';
import {
  answerInstead,
  beginSession,
  click,
  createAccount,
  cutOff,
  enterKey,
  fill,
  holdBack,
  newApp,
  newIdentified,
  newInvited,
  newMember,
  openApp,
  openLink,
  problem,
  proveIdentity,
  says,
  shows,
  submit,
  submitButton,
  text,
  valueOf,
} from './app.mjs';
import { APP } from './browser.mjs';

const MAIL = '/v1/registration/email';
const STAGE = '/v1/registration/stage';

const titleOf = (code) => clientProblem(code, 'ja').problem.title;

async function hasProblem(page, code) {
  assert.ok((await problem(page)).includes(titleOf(code)), code);
}

test('app: while the service is away, every screen says so and goes on later', async (t) => {
  const context = await newApp(t, { expected: [/ERR_CONNECTION_REFUSED/, /no answer from/] });
  await beginSession(context, await newMember());
  const page = await context.newPage();
  await page.clock.install();
  await page.route(`${API}/**`, (route) => route.abort('connectionrefused'));
  const { invitation } = await newInvited();
  await page.goto(`${APP}/register/identity#token=${invitation}`);
  for (const path of ['/register/identity', '/', '/sessions', '/profile/settings']) {
    await page.evaluate((to) => {
      history.pushState(null, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
    await comes(page, page.locator('.problem'));
    await hasProblem(page, 'network_error');
    await page.getByText(text(page, 'problem.retry'), { exact: true }).waitFor();
  }
  await page.locator('#footer a').click();
  await shows(page, 'guide.title'); // needs no service
  await page.locator('#content a[href="/register"]').click();
  await shows(page, 'register.title');
  const email = newAddress();
  await submit(page, { email });
  await comes(page, page.locator('.problem'));
  await hasProblem(page, 'network_error');
  assert.equal(await valueOf(page, 'email'), email);

  await page.unrouteAll();
  await submit(page);
  await shows(page, 'mail.title');
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await shows(page, 'settings.title');
});

// What waits for the app's own pauses and time-outs, without waiting for them.
function comes(page, locator) {
  return until(async () => {
    if (await locator.isVisible()) return true;
    await page.clock.runFor(1000);
    return false;
  }, String(locator));
}

test('app: offline, a screen comes by itself once the net is back', async (t) => {
  const context = await newApp(t, { expected: [/ERR_INTERNET_DISCONNECTED/] });
  await beginSession(context, await newMember());
  const page = await openApp(context, '/login');
  await shows(page, 'login.title');
  await context.setOffline(true);
  const typed = { login_id: newAddress(), password: PASSWORD };
  await submit(page, typed);
  await hasProblem(page, 'offline');
  assert.deepEqual(await valuesOf(page, typed), typed);
  await page.locator('.brand').click();
  await hasProblem(page, 'offline');
  await context.setOffline(false);
  await shows(page, 'home.title');
  await page.locator('.greeting').waitFor();
});

async function valuesOf(page, names) {
  const values = {};
  for (const name of Object.keys(names)) values[name] = await valueOf(page, name);
  return values;
}

test('app: a service that never answers is waited for, but not for ever', async (t) => {
  const page = await openApp(await newApp(t), '/register');
  await page.clock.install();
  await page.route(API + MAIL, () => {});
  const email = newAddress();
  await submit(page, { email });
  await page.clock.runFor(9000);
  assert.equal(await page.locator('.problem').count(), 0);
  await comes(page, page.locator('.problem'));
  await hasProblem(page, 'timeout');
  assert.equal(await valueOf(page, 'email'), email);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await submit(page);
  await shows(page, 'mail.title');
});

const told = (status, code, seconds) => ({
  status,
  contentType: 'application/problem+json',
  headers: { 'Retry-After': String(seconds) },
  body: JSON.stringify({ type: 'about:blank', title: code, status, detail: `${code}.`, code }),
});

// [what comes instead of the answer, the title that the member reads]
const ANSWERS = [
  [told(429, 'too_many_requests', 30), 'too_many_requests'],
  [told(503, 'unavailable', 30), 'unavailable'],
  [{ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }, titleOf('unreadable_answer')],
  [{ status: 202, contentType: 'application/json', body: '{"resend_after":' }, titleOf('unreadable_answer')],
  [{ status: 200, contentType: 'text/html', body: '<h1>Wi-Fi</h1>' }, titleOf('unreadable_answer')],
];

test('app: 429, 503 and answers that are none', async (t) => {
  const page = await openApp(await newApp(t), '/register');
  await page.clock.install();
  const email = newAddress();
  await fill(page, { email });
  for (const [answer, title] of ANSWERS) {
    await answerInstead(page, 'POST', MAIL, 3, answer);
    await submit(page);
    await comes(page, page.locator('.problem strong').getByText(title));
    assert.equal(await valueOf(page, 'email'), email);
    if (answer.headers) await isHeld(page);
    await page.unrouteAll();
  }
  await submit(page);
  await shows(page, 'mail.title');

  const { invitation } = await newInvited();
  const [answer] = ANSWERS[1];
  await answerInstead(page, 'GET', STAGE, 3, answer);
  await openLink(page, 'identity.title', invitation);
  await problem(page);
  await page.unrouteAll();
  await page.clock.fastForward(30_000);
  await click(page, 'problem.retry');
  await page.locator('.captcha img').waitFor();
});

// The member reads how long to wait, and cannot send before; then it can.
async function isHeld(page) {
  const button = submitButton(page);
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  await page.locator('.problem [aria-hidden]', { hasText: /\b[23][0-9] ?秒/ }).waitFor();
  await page.clock.runFor(20_000);
  await page.locator('.problem [aria-hidden]', { hasText: /\b([0-9]|10) ?秒/ }).waitFor();
  await page.clock.runFor(11_000);
  await page.locator('.problem', { hasText: text(page, 'problem.waited') }).waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'false');
}

test('app: an answer that comes after the screen was left changes nothing', async (t) => {
  const page = await openApp(await newApp(t), '/register');
  const held = await holdBack(page, 'POST', MAIL);
  await submit(page, { email: newAddress() });
  const route = await held();
  const response = await route.fetch();
  await page.locator('.brand').click();
  await shows(page, 'login.title');
  await route.fulfill({ response });
  await page.evaluate(() => fetch('/app-config.json')); // another answer, which comes later
  await shows(page, 'login.title');
});

test('app: without storage and cookies a registration goes through, and says what does not', async (t) => {
  const context = await newApp(t);
  await context.addInitScript(blockStorage);
  const page = await openApp(context, '/register');
  await warns(page, 'warning.storage');
  const email = newAddress();
  await submit(page, { email });
  await shows(page, 'mail.title');
  await says(page, email);
  await openLink(page, 'identity.title', await mailedToken(email, 1));
  const key = await proveIdentity(page, newNumber());
  page.once('dialog', (dialog) => dialog.accept());
  await openLink(page, 'key.title', await mailedToken(email, 2));
  await enterKey(page, key);
  assert.equal(await valueOf(page, 'login_id'), email);
  await createAccount(page);
  await click(page, 'complete.log_in');
  await page.route(`${API}/v1/sessions`, async (route) => {
    await route.fulfill({ response: await route.fetch() });
    await context.clearCookies();
  });
  await submit(page, { password: PASSWORD });
  await shows(page, 'home.title');
  await warns(page, 'warning.cookies');
  await page.locator('#content a[href="/sessions"]').click();
  await shows(page, 'sessions.title');
  await page.reload();
  await shows(page, 'login.title');
});

// As Chromium does where its user has blocked a site's data.
function blockStorage() {
  const refuse = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  };
  for (const name of ['sessionStorage', 'localStorage']) {
    Object.defineProperty(window, name, { get: refuse });
  }
  if (!window.isSecureContext) return; // about:blank has no locks
  LockManager.prototype.request = async () => refuse();
}

const warns = (page, key) => page.locator('#warnings', { hasText: text(page, key) }).waitFor();

test('app: localhost and 127.0.0.1 are not the same site, and that is said aloud', async (t) => {
  const context = await newApp(t, { expected: [/not of the same site/] });
  const page = await context.newPage();
  const written = page.waitForEvent('console', (message) => message.type() === 'error');
  await page.goto(`${APP.replace('127.0.0.1', 'localhost')}/login`);
  assert.match((await written).text(), /not of the same site.*127\.0\.0\.1 is not localhost/);
  await submit(page, { login_id: await newMember(), password: PASSWORD });
  await hasProblem(page, 'cross_site');
  assert.deepEqual(await context.cookies(), []);
});

test('app: a file that is late, missing or wrong never leaves a blank page', async (t) => {
  const context = await newApp(t, { expected: [/ERR_FAILED|SyntaxError|TypeError/] });
  const page = await context.newPage();
  await page.route('**/app.js', () => {});
  await page.goto(APP, { waitUntil: 'commit' });
  await page.locator('.late').waitFor({ state: 'attached' });
  await page.evaluate(endAnimations);
  await page.locator('.late a').first().waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });

  await page.route('**/app-config.json', (route) => route.abort());
  await page.goto(APP);
  await page.getByRole('heading', { name: text(page, 'fatal.title') }).waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: text(page, 'fatal.reload') }).click();
  await shows(page, 'login.title');

  const plain = await newApp(t, { javaScriptEnabled: false });
  const without = await openApp(plain, '/register');
  await without.locator('noscript p').first().waitFor();
  await without.evaluate(endAnimations);
  assert.equal(await without.locator('.loading').isVisible(), false);
});

// What appears after some seconds is there.
function endAnimations() {
  document.getAnimations().forEach((animation) => animation.finish());
}
