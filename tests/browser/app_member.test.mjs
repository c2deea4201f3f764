// app_member.test.mjs - what members do in the reference app: log in and out, change their profile,
// see their sessions, and come back after they forgot something.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { createClient } from '../../tools/client/src/index.js';
import {
  API,
  API_10S,
  DAY_MS,
  PASSWORD,
  dayAgo,
  eligibleUntil,
  good,
  isOver,
  mailedToken,
  newAddress,
  startAhead,
  until,
} from '../node/service.mjs';
import {
  beginSession,
  click,
  counter,
  cutOff,
  errorAt,
  fill,
  focused,
  holdBack,
  logIn,
  loseAnswer,
  loseAnswerBehindProxy,
  newApp,
  newMember,
  openApp,
  openLink,
  problem,
  says,
  shows,
  submit,
  submitButton,
  takeOtherToken,
  text,
  throwAway,
  valueOf,
} from './app.mjs';
import { APP, WHOLE_BROWSER } from './browser.mjs';

const NEW_PASSWORD = 'himawari8kirin';
const BOTH = { password: NEW_PASSWORD, password_confirmation: NEW_PASSWORD };
const RESET = /ERR_CONNECTION_RESET/;

const notices = (page, key) => page.locator('#notice', { hasText: text(page, key) }).waitFor();
const row = (page, words) => page.locator('.profile dd', { hasText: words }).first().waitFor();

let steady; // the login ID of a member whom no test changes
let shortLived; // an access token that is over when a test wants it, ten seconds later

before(async () => {
  steady = await newMember();
  const client = createClient({ baseUrl: API_10S, session: 'body' });
  const body = { login_id: steady, password: PASSWORD };
  shortLived = good(await client.logIn({ body })).access_token;
});

// A member who is logged in on a device of that name: another context.
async function newDevice(t, login_id, { path = '/', ...options } = {}) {
  const context = await newApp(t, options);
  await beginSession(context, login_id);
  return openApp(context, path);
}

test('app: a login leads to the screen that was wanted, and outlives the page', async (t) => {
  const login_id = steady;
  const context = await newApp(t);
  let page = await openApp(context, '/profile/settings');
  await shows(page, 'login.title');
  const sent = counter(page, 'POST', '/v1/sessions');
  await submit(page);
  assert.equal(await errorAt(page, 'password'), text(page, 'form.required'));
  assert.equal(await focused(page), 'login_id');
  await submit(page, { login_id, password: NEW_PASSWORD });
  await problem(page);
  assert.equal(await valueOf(page, 'login_id'), login_id);
  assert.equal(sent(), 1);

  await page.locator('#password').fill(PASSWORD);
  await click(page, 'form.show');
  assert.equal(await page.locator('#password').getAttribute('type'), 'text');
  await submitButton(page).dblclick();
  await shows(page, 'settings.title');
  assert.equal(sent(), 2);
  await page.reload();
  await shows(page, 'settings.title');
  page = await throwAway(page);
  await shows(page, 'settings.title');
  await shows(await openApp(context, '/sessions'), 'sessions.title');
});

test('app: password managers are told what each field of a member is for', async (t) => {
  const login_id = steady;
  const page = await openApp(await newApp(t), '/login');
  const fields = async (path) => {
    await page.goto(APP + path);
    await page.locator('#content form').waitFor();
    const inputs = page.locator('#content input');
    return inputs.evaluateAll((all) => all.map((one) => `${one.name} ${one.autocomplete}`));
  };
  const [current, hidden] = ['current_password current-password', ' username'];
  const both = ['password new-password', 'password_confirmation new-password'];
  assert.deepEqual(await fields('/login'), ['login_id username', 'password current-password']);
  assert.deepEqual(await fields('/forgot/password'), ['login_id username']);
  assert.deepEqual(await fields('/forgot/login-id'), ['email email']);
  await page.goto(`${APP}/login`);
  await logIn(page, login_id);
  assert.deepEqual(await fields('/profile/settings'), [hidden, 'nickname nickname']);
  assert.deepEqual(await fields('/profile/password'), [hidden, current, ...both]);
  assert.equal(await page.locator('input[autocomplete="username"]').inputValue(), login_id);
  assert.deepEqual(await fields('/profile/login-id'), [hidden, 'login_id username', current]);
  assert.deepEqual(await fields('/profile/email'), [hidden, 'email email', current]);
  assert.deepEqual(await fields('/profile/delete'), [hidden, current]);
});

test('app: nickname, language, password and login ID are changed', async (t) => {
  const page = await newDevice(t, await newMember());
  await shows(page, 'home.title');
  const follow = (path) => page.locator(`.profile a[href="${path}"]`).first().click();

  await follow('/profile/settings');
  await shows(page, 'settings.title');
  await page.locator('#language').selectOption('en');
  await submit(page, { nickname: 'ゆうこ' });
  await shows(page, 'home.title');
  await notices(page, 'settings.done');
  await says(page, text(page, 'home.greeting', { nickname: 'ゆうこ' }));
  await row(page, text(page, 'language.en'));

  await follow('/profile/password');
  await shows(page, 'change_password.title');
  await submit(page, { current_password: 'asagao7', ...BOTH });
  await problem(page);
  assert.equal(await valueOf(page, 'password'), NEW_PASSWORD); // nobody types it again
  const sent = counter(page, 'PUT', '/v1/me/password');
  await fill(page, { current_password: PASSWORD });
  await submitButton(page).dblclick();
  await shows(page, 'home.title');
  await notices(page, 'change_password.done');
  assert.equal(sent(), 1);

  await follow('/profile/login-id');
  await shows(page, 'change_login_id.title');
  await submit(page, { login_id: await newMember(), current_password: NEW_PASSWORD });
  await page.locator('#login_id[aria-invalid="true"]').waitFor(); // taken
  const login_id = newAddress();
  await submit(page, { login_id });
  await shows(page, 'home.title');
  await notices(page, 'change_login_id.done');
  await row(page, login_id);

  await click(page, 'session.log_out');
  await shows(page, 'login.title');
  await notices(page, 'session.logged_out');
  await logIn(page, login_id, NEW_PASSWORD);
});

test('app: a member whose change got no answer reads what to do', async (t) => {
  const options = { path: '/profile/password', expected: [RESET] };
  const page = await newDevice(t, await newMember(), options);
  await shows(page, 'change_password.title');
  const passwords = [PASSWORD, NEW_PASSWORD, `${NEW_PASSWORD}s`]; // one after the other
  for (const [at, lose] of [loseAnswer, loseAnswerBehindProxy].entries()) {
    const [current_password, password] = passwords.slice(at);
    await lose(page, 'PUT', '/v1/me/password');
    await submit(page, { current_password, password, password_confirmation: password });
    await problem(page);
    assert.equal(await valueOf(page, 'current_password'), current_password);
    await submitButton(page).click();
    await says(page, text(page, 'change_password.perhaps')); // the old one is wrong by now
    await page.reload();
    await shows(page, 'change_password.title');
  }
  await click(page, 'home.back');
  await shows(page, 'home.title');

  await page.locator('a[href="/profile/delete"]').click();
  await shows(page, 'delete.title');
  await loseAnswer(page, 'DELETE', '/v1/me');
  await submit(page, { current_password: passwords.at(-1) });
  await problem(page);
  await submitButton(page).click();
  await shows(page, 'login.title');
});

test('app: a former member sees the last day, and that there is no way back', async (t) => {
  const login_id = await newMember();
  let page = await newDevice(t, login_id);
  await shows(page, 'home.title');
  await page.locator('.profile').waitFor();
  assert.equal(await page.locator('.former').count(), 0);
  const labels = await page.locator('.profile dt').allInnerTexts();
  assert.ok(!labels.includes(text(page, 'home.access_until'))); // no end is known

  // An end that is known says when; it is to come, so the member is no former one.
  await eligibleUntil(login_id, '2101-01-01'); // ACCESS_AFTER_LOSS_DAYS is 90 (on_stack)
  await page.reload();
  await row(page, '2101年3月31日');
  assert.equal(await page.locator('.former').count(), 0);

  const lost = dayAgo(1);
  await eligibleUntil(login_id, lost);
  await page.reload();
  const last = new Intl.DateTimeFormat('ja', { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.parse(lost) + 89 * DAY_MS,
  );
  await row(page, last);
  await page.locator('.former', { hasText: last }).waitFor();
  await page.locator('a[href="/profile/delete"]').click();
  await shows(page, 'delete.title');
  await says(page, text(page, 'delete.intro_former'));

  await eligibleUntil(login_id, dayAgo(90));
  page = await throwAway(page);
  await shows(page, 'login.title');
});

test('app: another address for notices waits for its confirmation', async (t) => {
  const login_id = await newMember();
  let page = await newDevice(t, login_id, { path: '/profile/email' });
  await shows(page, 'change_email.title');
  const mistyped = newAddress();
  await fill(page, { email: mistyped, current_password: PASSWORD });
  page = await throwAway(page);
  await shows(page, 'change_email.title');
  assert.equal(await valueOf(page, 'email'), mistyped);
  assert.equal(await valueOf(page, 'current_password'), '');
  await submit(page, { current_password: PASSWORD });
  await shows(page, 'home.title');
  await notices(page, 'change_email.done');
  await page.locator('.pending', { hasText: mistyped }).waitFor();
  const withdrawn = await mailedToken(mistyped, 1);
  await click(page, 'home.withdraw');
  await notices(page, 'home.withdrawn');
  await shows(page, 'home.title');
  assert.equal(await page.locator('.pending').count(), 0);

  const email = newAddress();
  await page.locator('.profile a[href="/profile/email"]').click();
  await shows(page, 'change_email.title');
  assert.equal(await valueOf(page, 'email'), ''); // what was sent is no draft
  await submit(page, { email, current_password: PASSWORD });
  await shows(page, 'home.title');
  const token = await mailedToken(email, 1);
  const scanner = await (await newApp(t)).newPage();
  await openLink(scanner, 'confirm_email.title', token);
  await page.reload();
  await page.locator('.pending', { hasText: email }).waitFor();

  const phone = await (await newApp(t)).newPage(); // nobody is logged in there
  await openLink(phone, 'confirm_email.title', withdrawn);
  await problem(phone);
  await phone.locator('#content a[href="/profile/email"]').waitFor();
  await openLink(phone, 'confirm_email.title', token);
  const sent = counter(phone, 'POST', '/v1/me/email/confirmation');
  const held = await holdBack(phone, 'POST', '/v1/me/email/confirmation');
  await phone.locator('#content button.primary').dblclick();
  await (await held()).continue();
  await shows(phone, 'login.title');
  await notices(phone, 'confirm_email.done');
  assert.equal(sent(), 1);
  await page.reload();
  await row(page, email);
  await openLink(page, 'confirm_email.title', token); // a second time says the same
  await click(page, 'confirm_email.submit');
  await shows(page, 'home.title');
  await notices(page, 'confirm_email.done');
});

test('app: sessions are listed, and ended one by one or all others at once', async (t) => {
  const login_id = await newMember();
  const page = await newDevice(t, login_id, { path: '/sessions' });
  const [lost, tablet, desk] = [
    await newDevice(t, login_id),
    await newDevice(t, login_id),
    await newDevice(t, login_id, { path: '/profile/settings' }),
  ];
  for (const other of [lost, tablet]) await shows(other, 'home.title');
  await shows(desk, 'settings.title');
  await page.reload();
  await shows(page, 'sessions.title');
  const cards = page.locator('.sessions > li');
  const are = (n) => page.locator(`.sessions > li:nth-child(${n}):last-child`).waitFor();
  await are(4);
  const mine = page.locator('.badge', { hasText: text(page, 'sessions.current') });
  assert.equal(await cards.filter({ has: mine }).count(), 1);
  const sent = [];
  page.on('request', (one) => one.method() === 'DELETE' && sent.push(one.url()));

  const held = await holdBack(page, 'DELETE', '/v1/sessions/*');
  await cards.filter({ hasNot: mine }).last().getByRole('button').dblclick();
  await (await held()).continue();
  await notices(page, 'sessions.ended');
  await are(3);
  assert.equal(sent.length, 1);
  await click(page, 'sessions.end_others');
  await are(1);

  for (const other of [lost, tablet]) {
    await other.locator('a[href="/sessions"]').click();
    await shows(other, 'login.title');
    await notices(other, 'session.ended');
  }
  await submit(desk, { nickname: 'さちこ' });
  await shows(desk, 'login.title');
  await logInTo(desk, 'settings.title', login_id);
});

async function logInTo(page, title, login_id, password = PASSWORD) {
  await submit(page, { login_id, password });
  await shows(page, title);
}

test('app: who logs out, or in as another, in one tab does so in the others', async (t) => {
  const login_id = steady;
  const page = await newDevice(t, login_id, { path: '/profile/settings' });
  await shows(page, 'settings.title');
  const other = await openApp(page.context(), '/');
  await shows(other, 'home.title');
  await other.locator('#header .log-out').click();
  await shows(other, 'login.title');
  await shows(page, 'login.title');
  await notices(page, 'session.ended');
  await goBack(other); // to the member's page
  await shows(other, 'login.title');

  await logInTo(page, 'settings.title', login_id);
  await shows(await openApp(page.context(), '/sessions'), 'sessions.title');
  const somebody = await newMember();
  await other.goto(`${APP}/login`);
  await logIn(other, somebody);
  const username = `input[autocomplete="username"][value="${somebody}"]`;
  await page.locator(username).waitFor({ state: 'attached' });
});

test('app: what a member has typed no other reads', async (t) => {
  const other = steady;
  const page = await openApp(await newApp(t), '/forgot/login-id');
  await submit(page, { email: await newMember() });
  await shows(page, 'mail.title');
  const login_id = await newMember();
  await page.goto(`${APP}/login`);
  await logIn(page, login_id);
  await type(page);

  await page.goto(`${APP}/images/mark.svg`); // which hears nothing of the other tab
  const second = await openApp(page.context(), '/');
  await second.locator('#header .log-out').click();
  await shows(second, 'login.title');
  await logIn(second, other);
  await isNotShown(page, other);

  await type(page);
  await page.locator('#header .log-out').click();
  await shows(page, 'login.title');
  assert.deepEqual(await typed(page), []);
  await logIn(page, login_id);
  await isNotShown(page, login_id);
});

test('app: what a member has typed goes with the session and with the account', async (t) => {
  const login_id = await newMember();
  const page = await newDevice(t, login_id);
  await shows(page, 'home.title');
  await type(page);
  const client = createClient({ baseUrl: API, session: 'body' });
  good(await client.logIn({ body: { login_id, password: PASSWORD } }));
  good(await client.endOtherSessions());
  await click(page, 'home.back');
  await shows(page, 'login.title');
  assert.deepEqual(await typed(page), []);

  await logIn(page, login_id);
  await type(page);
  await page.goto(`${APP}/profile/delete`);
  await shows(page, 'delete.title');
  await submit(page, { current_password: PASSWORD });
  await shows(page, 'login.title');
  assert.deepEqual(await typed(page), []);
});

async function type(page) {
  for (const [path, title, field] of DRAFTS) {
    await page.goto(APP + path);
    await shows(page, title);
    await fill(page, { [field]: newAddress() });
  }
  assert.ok((await typed(page)).length >= DRAFTS.length);
}

async function isNotShown(page, login_id) {
  for (const [path, title, field, value = login_id] of DRAFTS) {
    await page.goto(APP + path);
    await shows(page, title);
    assert.equal(await valueOf(page, field), value);
  }
}

// [form, its title, a field that keeps what is typed, what it begins with if that is no login ID]
const DRAFTS = [
  ['/profile/login-id', 'change_login_id.title', 'login_id'],
  ['/profile/email', 'change_email.title', 'email', ''],
];

// The names of what was typed, and is in the tab.
function typed(page) {
  const names = page.evaluate(() => Object.keys(sessionStorage));
  return names.then((all) => all.filter((name) => /^myportal (draft|mail_sent)/.test(name)));
}

test('app: a log-out without an answer is no log-out', async (t) => {
  const page = await newDevice(t, steady, { expected: [/ERR_CONNECTION_REFUSED/] });
  await shows(page, 'home.title');
  await cutOff(page, 'DELETE', '/v1/sessions/current', 9);
  await click(page, 'session.log_out');
  await page.locator('#warnings', { hasText: text(page, 'warning.log_out') }).waitFor();
  await page.unrouteAll();
  await click(page, 'session.log_out');
  await shows(page, 'login.title');
  assert.equal(await page.locator('#warnings').textContent(), '');
  assert.deepEqual(await page.context().cookies(), []);
});

test('app: a step back brings a page that works, and nothing of what was on it', async (t) => {
  const options = { path: '/profile/password', program: WHOLE_BROWSER };
  const page = await newDevice(t, await newMember(), options);
  await shows(page, 'change_password.title');
  const secrets = { current_password: PASSWORD, ...BOTH };
  const isEmpty = async () => {
    await shows(page, 'change_password.title');
    for (const name of Object.keys(secrets)) assert.equal(await valueOf(page, name), '');
  };
  await page.evaluate(() => {
    const inputs = document.getElementsByTagName('input');
    addEventListener('pagehide', () => (window.left = inputs.length)); // after the app's own
    addEventListener('pageshow', ({ persisted }) => (window.isKept = persisted));
  });
  await fill(page, secrets);
  await leaveAndComeBack(page);
  await isEmpty();
  assert.deepEqual(await page.evaluate(() => [window.left, window.isKept]), [0, true]);
  await fill(page, secrets);
  await page.locator('#content a[href="/"]').click();
  await shows(page, 'home.title');
  await goBack(page);
  await isEmpty();
  await submit(page, secrets);
  await shows(page, 'home.title');

  await leaveAndComeBack(page, () => page.context().clearCookies()); // the session's end
  await shows(page, 'login.title');
});

async function leaveAndComeBack(page, meanwhile = () => {}) {
  await page.goto(`${APP}/images/mark.svg`);
  await meanwhile();
  await goBack(page);
}

// Whatever comes back loads nothing.
function goBack(page) {
  return page.goBack({ waitUntil: 'commit' });
}

test('app: an access token that is over in the middle of a form costs nothing', async (t) => {
  const page = await newDevice(t, await newMember(), { path: '/profile/settings' });
  await shows(page, 'settings.title');
  await fill(page, { nickname: 'まなみ' });
  await isOver(shortLived);
  await takeOtherToken(page, 'PATCH', '/v1/me', shortLived);
  const sent = counter(page, 'PATCH', '/v1/me');
  const refreshed = counter(page, 'POST', '/v1/sessions/refresh');
  await submitButton(page).dblclick();
  await shows(page, 'home.title');
  await says(page, text(page, 'home.greeting', { nickname: 'まなみ' }));
  assert.deepEqual([sent(), refreshed()], [2, 1]);
});

test('app: a forgotten login ID comes by mail', async (t) => {
  const login_id = await newMember();
  const page = await openApp(await newApp(t), '/login');
  await click(page, 'login.forgot_login_id');
  await shows(page, 'forgot_login_id.title');
  const sent = counter(page, 'POST', '/v1/recovery/login-id');
  await fill(page, { email: login_id });
  await submitButton(page).dblclick();
  await shows(page, 'mail.title');
  await says(page, text(page, 'mail.login_id', { to: login_id }));
  assert.equal(sent(), 1);
  await page.reload();
  await shows(page, 'mail.title');
  const mails = await mailsTo(login_id, 4); // after those of the registration
  const newest = await (await fetch(`${APP}/mailbox/mails/${mails[0].id}`)).json();
  assert.ok(newest.text.includes(login_id));
  await click(page, 'mail.other');
  await shows(page, 'forgot_login_id.title');
});

async function mailsTo(address, count) {
  let mails = [];
  await until(async () => {
    ({ mails } = await (await fetch(`${APP}/mailbox/mails?to=${address}`)).json());
    return mails.length >= count;
  }, `${count} mails`);
  return mails;
}

test('app: a forgotten password is set anew by a mailed link', async (t) => {
  const login_id = await newMember();
  const desk = await newDevice(t, login_id);
  await shows(desk, 'home.title');
  const page = await openApp(await newApp(t, { expected: [RESET] }), '/login');
  await click(page, 'login.forgot_password');
  await shows(page, 'forgot_password.title');
  const sent = counter(page, 'POST', '/v1/recovery/password');
  await fill(page, { login_id });
  await submitButton(page).dblclick();
  await shows(page, 'mail.title');
  assert.equal(sent(), 1);

  const token = await mailedToken(login_id, 3); // after those of the registration
  const scanner = await (await newApp(t)).newPage();
  await openLink(scanner, 'reset.title', token);
  const phone = await (await newApp(t, { expected: [RESET] })).newPage();
  for (const _ of ['once', 'twice']) await openLink(phone, 'reset.title', token);
  await submit(phone, { password: 'kuma77', password_confirmation: 'kuma77' });
  assert.notEqual(await errorAt(phone, 'password'), '');
  await submit(phone, { password: 'password1', password_confirmation: 'password1' });
  await phone.locator('#password[aria-invalid="true"]').waitFor(); // a common one
  await loseAnswer(phone, 'POST', '/v1/recovery/password/reset', 3);
  await submit(phone, BOTH);
  await problem(phone);
  assert.equal(await valueOf(phone, 'password'), NEW_PASSWORD);
  await submitButton(phone).dblclick();
  await shows(phone, 'login.title');
  await notices(phone, 'reset.done');
  await logIn(phone, login_id, NEW_PASSWORD);

  await openLink(page, 'reset.title', token);
  await problem(page);
  await page.locator('#content a[href="/forgot/password"]').click();
  await shows(page, 'forgot_password.title');
  await desk.reload();
  await shows(desk, 'login.title'); // logged out everywhere
});

test('app: the link to a new password is over in the middle of the form', async (t) => {
  const login_id = await newMember();
  good(await createClient({ baseUrl: API }).requestPasswordReset({ body: { login_id } }));
  const page = await (await newApp(t)).newPage();
  await openLink(page, 'reset.title', await mailedToken(login_id, 3));
  const ahead = await startAhead(t, '+31m');
  await page.route(`${API}/**`, (route) =>
    route.continue({ url: route.request().url().replace(API, ahead) }),
  );
  await submit(page, BOTH);
  await page.locator('#content form').waitFor({ state: 'detached' });
  await problem(page);
  await page.reload();
  await shows(page, 'reset.title');
  await problem(page);
  await click(page, 'problem.restart');
  await shows(page, 'forgot_password.title');
});

test('app: a former member ends the account by a mailed link', async (t) => {
  const login_id = await newMember();
  const page = await openApp(await newApp(t), '/login');
  await click(page, 'account_deletion.title');
  await shows(page, 'account_deletion.title');
  await eligibleUntil(login_id, '2015-04-01');
  await submit(page, { email: 'not an address' });
  await page.locator('#email[aria-invalid="true"]').waitFor();
  assert.notEqual(await errorAt(page, 'email'), '');
  await submit(page, { email: login_id });
  await shows(page, 'mail.title');

  const token = await mailedToken(login_id, 3); // after those of the registration
  await eligibleUntil(login_id, '2101-01-01'); // while the member may log in the link is over
  await openLink(page, 'confirm_deletion.title', token);
  await problem(page);
  await page.locator('#content a[href="/account-deletion"]').click();
  await shows(page, 'account_deletion.title');
  await eligibleUntil(login_id, '2015-04-01');

  const phone = await openApp(await newApp(t, { expected: [RESET] }), '/account-deletion');
  await fill(phone, { email: login_id });
  assert.equal((await typed(phone)).length, 1);
  for (const _ of ['once', 'twice']) await openLink(phone, 'confirm_deletion.title', token);
  await loseAnswer(phone, 'POST', '/v1/account-deletion/confirmation', 3);
  await click(phone, 'confirm_deletion.submit');
  await problem(phone);
  await phone.reload(); // it is deleted, which the page was not told
  await click(phone, 'confirm_deletion.submit');
  await shows(phone, 'login.title');
  await notices(phone, 'delete.done');
  assert.deepEqual(await typed(phone), []);
});

test('app: an account is deleted', async (t) => {
  const login_id = await newMember();
  const page = await newDevice(t, login_id);
  const other = await openApp(page.context(), '/sessions');
  await shows(page, 'home.title');
  await shows(other, 'sessions.title');
  await click(page, 'delete.title');
  await shows(page, 'delete.title');
  const sent = counter(page, 'DELETE', '/v1/me');
  await submit(page);
  assert.equal(await errorAt(page, 'current_password'), text(page, 'form.required'));
  await submit(page, { current_password: NEW_PASSWORD });
  await problem(page);
  await fill(page, { current_password: PASSWORD });
  await submitButton(page).dblclick();
  await shows(page, 'login.title');
  await notices(page, 'delete.done');
  assert.equal(sent(), 2);
  await shows(other, 'login.title');
  assert.deepEqual(await page.context().cookies(), []);
  await submit(page, { login_id, password: PASSWORD });
  await problem(page);
});
