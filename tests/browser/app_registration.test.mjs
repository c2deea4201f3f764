// app_registration.test.mjs - the registration in the reference app: from the login to the login, and
// whatever happens to members on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { API, PASSWORD, mailedToken, newAddress, newNumber, postedCode, startAhead } from '../node/service.mjs';
import {
  askOther,
  click,
  counter,
  createAccount,
  enterKey,
  errorAt,
  fill,
  focused,
  holdBack,
  keepsNoSecret,
  logIn,
  loseAnswer,
  newApp,
  newIdentified,
  newInvited,
  newMember,
  openApp,
  openLink,
  problem,
  proveIdentity,
  readCaptcha,
  says,
  shows,
  submit,
  submitButton,
  text,
  throwAway,
  valueOf,
} from './app.mjs';
import { APP } from './browser.mjs';

const MAIL = '/v1/registration/email';
const IDENTITY = '/v1/registration/identity';
const KEY = '/v1/registration/authentication-key';
const ACCOUNT = '/v1/registration/account';

test('app: a society that posts a code says so, and asks for it beside the number', async (t) => {
  const page = await (await newApp(t, { expected: [/4(00|22)/] })).newPage();
  await askOther(page, '/v1/config', '/v1/registration/stage', IDENTITY);
  await page.goto(`${APP}/register`);
  await shows(page, 'register.title');
  await says(page, text(page, 'register.need_letter'));

  const { email, number, invitation } = await newInvited();
  const code = await postedCode(number);
  await openLink(page, 'identity.title', invitation);
  await says(page, text(page, 'identity.posted_code_hint'));
  await submit(page, { insured_number: number, captcha_answer: await readCaptcha(page) });
  assert.equal(await errorAt(page, 'posted_code'), '入力してください。');
  assert.equal(await focused(page), 'posted_code');
  await submit(page, { posted_code: 'AAAA-AAAA-AA', captcha_answer: await readCaptcha(page) });
  await problem(page);
  assert.equal(await valueOf(page, 'insured_number'), number);

  await fill(page, { posted_code: code.toLowerCase().replaceAll('-', ' ') });
  await submit(page, { captcha_answer: await readCaptcha(page) });
  await shows(page, 'key_shown.title');
  const key = await page.locator('#key').textContent();
  await openLink(page, 'key.title', await mailedToken(email, 2));
  await enterKey(page, key);
  await createAccount(page);
});

test('app: a society that accepts addresses of some domains says so, and of another at the field', async (t) => {
  const page = await (await newApp(t, { expected: [/403/] })).newPage();
  await askOther(page, '/v1/config', MAIL);
  await page.goto(`${APP}/register`);
  await shows(page, 'register.title');
  const domains = '@company.example、@*.company.example';
  await page.locator('.domains', { hasText: text(page, 'register.domains', { domains }) }).waitFor();
  await submit(page, { email: newAddress() });
  await problem(page);
  assert.equal(await errorAt(page, 'email'), 'このメールアドレスでは登録できません');
  assert.equal(await focused(page), 'email');
  await submit(page, { email: newAddress().replace('example.jp', 'sales.company.example') });
  await shows(page, 'mail.title');

  const usual = await openApp(await newApp(t), '/register');
  await shows(usual, 'register.title');
  assert.equal(await usual.locator('.domains').count(), 0);
});

test('app: a member registers and logs in by the keyboard alone', async (t) => {
  const context = await newApp(t, { language: 'en' });
  const page = await openApp(context, '/');
  await shows(page, 'login.title');
  await tabTo(page, `a[href="/register"]`);
  await page.keyboard.press('Enter');
  await shows(page, 'register.title');
  assert.equal(await focused(page), 'heading'); // what a screen reader reads then
  const email = newAddress();
  await typeInto(page, { email });
  await shows(page, 'mail.title');
  await says(page, email);

  await openLink(page, 'identity.title', await mailedToken(email, 1));
  const captcha_answer = await readCaptcha(page);
  await typeInto(page, { insured_number: newNumber(), captcha_answer });
  await shows(page, 'key_shown.title');
  const key = await page.locator('#key').textContent();
  assert.match(key, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/);

  const tab = await context.newPage();
  await openLink(tab, 'key.title', await mailedToken(email, 2));
  await typeInto(tab, { authentication_key: key });
  await shows(tab, 'account.title');
  assert.deepEqual([await valueOf(tab, 'login_id'), await valueOf(tab, 'email')], [email, email]);
  const password = { password: PASSWORD, password_confirmation: PASSWORD };
  await typeInto(tab, { ...password, nickname: 'Hana' });
  await shows(tab, 'complete.title');
  await says(tab, email);

  await tabTo(tab, '#content button');
  await tab.keyboard.press('Space');
  await shows(tab, 'login.title');
  assert.equal(await valueOf(tab, 'login_id'), email);
  await typeInto(tab, { password: PASSWORD });
  await shows(tab, 'home.title');
  await says(tab, text(tab, 'home.greeting', { nickname: 'Hana' }));
});

// Forward from where the focus is, to what can be seen to have it.
async function tabTo(page, selector) {
  for (let left = 30; left > 0; left -= 1) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate((wanted) => {
      const element = document.activeElement;
      return element.matches(wanted) && getComputedStyle(element).outlineStyle !== 'none';
    }, selector);
    if (isThere) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

async function typeInto(page, values) {
  for (const [name, value] of Object.entries(values)) {
    await tabTo(page, `[name="${name}"]`);
    await page.keyboard.insertText(value);
  }
  await keepsNoSecret(page);
  await page.keyboard.press('Enter');
}

// A tab that was thrown away is the harder case; a reload asks the member on the screen of the key.
test('app: a registration goes on after a reload, and in a tab that was thrown away', async (t) => {
  const context = await newApp(t);
  let page = await openApp(context, '/register');
  await shows(page, 'register.title');
  const email = newAddress();
  await fill(page, { email });
  page = await throwAway(page);
  await shows(page, 'register.title');
  assert.equal(await valueOf(page, 'email'), email);
  await submit(page);
  await shows(page, 'mail.title');
  await reloaded(page);
  await shows(page, 'mail.title');
  await says(page, email);

  await openLink(page, 'identity.title', await mailedToken(email, 1));
  const number = newNumber();
  await fill(page, { insured_number: number });
  page = await throwAway(page);
  await shows(page, 'identity.title');
  assert.equal(await valueOf(page, 'insured_number'), '');
  const key = await proveIdentity(page, number);
  for (const again of [reloaded, throwAway]) {
    page = await again(page);
    await shows(page, 'key_shown.title');
    await says(page, text(page, 'key_shown.gone'));
  }
  await click(page, 'key_shown.to_identity');
  await shows(page, 'identity.title');
  assert.equal(await proveIdentity(page, number), key);

  page.once('dialog', (dialog) => dialog.accept());
  await openLink(page, 'key.title', await mailedToken(email, 2));
  await fill(page, { authentication_key: key });
  page = await throwAway(page);
  await shows(page, 'key.title');
  assert.equal(await valueOf(page, 'authentication_key'), '');
  await enterKey(page, key);
  await fill(page, { password: PASSWORD, nickname: 'はな' });
  for (const again of [reloaded, throwAway]) {
    page = await again(page);
    await shows(page, 'account.title');
    assert.equal(await valueOf(page, 'login_id'), email);
    assert.equal(await valueOf(page, 'password'), '');
    assert.equal(await valueOf(page, 'nickname'), 'はな');
  }
  await createAccount(page);
  await reloaded(page);
  await shows(page, 'complete.title');
});

// Whoever leaves the screen of the key is asked; these members mean it.
async function reloaded(page) {
  page.once('dialog', (dialog) => dialog.accept());
  await page.reload();
  return page;
}

test('app: links that a scanner opened first, opened twice, and used up', async (t) => {
  const scanner = await (await newApp(t)).newPage();
  const page = await (await newApp(t)).newPage();
  const { email, number, invitation } = await newInvited();
  await scan(scanner, 'identity.title', invitation);
  for (const _ of ['once', 'twice']) {
    await openLink(page, 'identity.title', invitation);
    await page.locator('.captcha img').waitFor();
  }
  const key = await proveIdentity(page, number);

  const link = await mailedToken(email, 2);
  await scan(scanner, 'key.title', link);
  page.once('dialog', (dialog) => dialog.accept());
  for (const _ of ['once', 'by who lost the next screen']) {
    await openLink(page, 'key.title', link);
    await enterKey(page, key);
  }
  await openLink(page, 'identity.title', invitation);
  await says(page, text(page, 'identity.passed'));
  await page.goBack();
  await shows(page, 'account.title');
  await createAccount(page);

  for (const [title, token] of [['identity.title', invitation], ['key.title', link]]) {
    await openLink(page, title, token);
    await says(page, text(page, 'identity.done'));
  }
  await click(page, 'problem.to_login');
  await shows(page, 'login.title');
});

// By a GET, and in a browser that runs the page.
async function scan(page, title, token) {
  await openLink(page, title, token);
  assert.equal((await fetch(page.url())).status, 200);
}

// In another context, as on another device; all is typed as Japanese input methods and pasting bring it.
test('app: a key from the desk is typed on a phone, full-width and with blanks around', async (t) => {
  const page = await openApp(await newApp(t), '/register');
  const email = newAddress();
  await submit(page, { email: `\u200b${wide(email)}\u3000` });
  await shows(page, 'mail.title');
  await openLink(page, 'identity.title', await mailedToken(email, 1));
  const number = newNumber();
  const captcha_answer = ` ${wide((await readCaptcha(page)).toLowerCase())}\ufeff`;
  const insured_number = `\u00a0${wide(number.slice(0, -3))}ー${wide(number.slice(-3))} `;
  await submit(page, { insured_number, captcha_answer });
  await shows(page, 'key_shown.title');
  const key = await page.locator('#key').textContent();

  const phone = await (await newApp(t)).newPage();
  await openLink(phone, 'key.title', await mailedToken(email, 2));
  const typed = `${wide(key.toLowerCase()).replaceAll('－', 'ー')}\u200b `;
  await submit(phone, { authentication_key: typed });
  await shows(phone, 'account.title');
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await says(page, text(page, 'key_shown.used'));
  assert.equal(await page.locator('#key').count(), 0);

  await createAccount(phone, { login_id: `${wide(email)}\u3000`, nickname: ' は\u3000な \u200b' });
  await says(phone, email);
  await click(phone, 'complete.log_in');
  await logIn(phone, `\u200b${wide(email.toUpperCase())} `);
  await says(phone, text(phone, 'home.greeting', { nickname: 'は な' }));
});

function wide(words) {
  return words.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
}

test('app: what is wrong is told where it is, and nothing typed is lost', async (t) => {
  const page = await openApp(await newApp(t, { language: 'en' }), '/register');
  await tellsManagers(page, ['email email']);
  await submit(page);
  assert.equal(await errorAt(page, 'email'), text(page, 'form.required'));
  assert.equal(await focused(page), 'email');
  await submit(page, { email: 'hanako@' });
  await page.locator('#email[aria-invalid="true"]').waitFor();
  assert.equal(await valueOf(page, 'email'), 'hanako@');

  const { email, number, invitation } = await newInvited();
  await openLink(page, 'identity.title', invitation);
  await readCaptcha(page);
  const before = await page.locator('.captcha img').getAttribute('src');
  await tellsManagers(page, ['insured_number off', 'captcha_answer off']);
  await submit(page, { insured_number: number, captcha_answer: 'ZZZZZZ' });
  await page.locator(`.captcha img:not([src="${before}"])`).waitFor();
  assert.equal(await valueOf(page, 'insured_number'), number);
  assert.equal(await valueOf(page, 'captcha_answer'), '');
  await submit(page, { insured_number: '99999998', captcha_answer: await readCaptcha(page) });
  await says(page, text(page, 'problem.attempts_left', { n: 4 }));
  const key = await proveIdentity(page, number);

  page.once('dialog', (dialog) => dialog.accept());
  await openLink(page, 'key.title', await mailedToken(email, 2));
  await tellsManagers(page, ['authentication_key one-time-code']);
  await submit(page, { authentication_key: 'AAAA-AAAA-AA' });
  await says(page, text(page, 'problem.attempts_left', { n: 4 }));
  await enterKey(page, key);

  const both = ['password new-password', 'password_confirmation new-password'];
  await tellsManagers(page, ['login_id username', ...both, 'email email', 'nickname nickname']);
  const values = { login_id: await newMember(), nickname: 'はな', password: 'password1' };
  await submit(page, { ...values, password_confirmation: 'password2' });
  assert.ok((await errorAt(page, 'password_confirmation')).includes(text(page, 'password.rule_same')));
  assert.equal(await focused(page), 'password_confirmation');
  await submit(page, { password_confirmation: 'password1' });
  await page.locator('#password[aria-invalid="true"]').waitFor(); // a common one
  await submit(page, { password: PASSWORD, password_confirmation: PASSWORD });
  await page.locator('#login_id[aria-invalid="true"]').waitFor(); // taken
  assert.equal(await valueOf(page, 'nickname'), 'はな');
  await createAccount(page, { login_id: email });
});

// What the browser and a password manager are told of each field.
async function tellsManagers(page, wanted) {
  const inputs = page.locator('#content input');
  await inputs.first().waitFor();
  const told = await inputs.evaluateAll((all) => all.map((one) => `${one.name} ${one.autocomplete}`));
  assert.deepEqual(told, wanted);
}

test('app: double clicks, lost answers and a slow net at each step of the registration', async (t) => {
  const context = await newApp(t, { expected: [/ERR_CONNECTION_RESET/] });
  const page = await openApp(context, '/register');
  const email = newAddress();
  const sent = counter(page, 'POST', MAIL);
  const held = await holdBack(page, 'POST', MAIL);
  await fill(page, { email });
  await submitButton(page).dblclick();
  const request = await held();
  await submitButton(page).getByText(text(page, 'form.sending')).waitFor();
  assert.equal(await submitButton(page).getAttribute('aria-disabled'), 'true');
  await page.getByRole('button', { name: 'English' }).click(); // would draw the screen anew
  await page.locator('#email').press('Enter');
  assert.equal(await valueOf(page, 'email'), email);
  await request.continue();
  await shows(page, 'mail.title');
  assert.equal(sent(), 1);
  await page.unrouteAll(); // as long as there is a route, the browser keeps no file of the app

  await openLink(page, 'identity.title', await mailedToken(email, 1));
  await loseAnswer(page, 'POST', IDENTITY);
  const key = await proveIdentity(page, newNumber());
  await page.unrouteAll();
  page.once('dialog', (dialog) => dialog.accept());
  await openLink(page, 'key.title', await mailedToken(email, 2));
  await loseAnswer(page, 'POST', KEY, 3);
  await submit(page, { authentication_key: key });
  await problem(page);
  assert.equal(await valueOf(page, 'authentication_key'), key);
  await submitButton(page).dblclick();
  await shows(page, 'account.title');
  await loseAnswer(page, 'POST', ACCOUNT);
  await createAccount(page);
});

test('app: a link that is over, when it is opened or while its form is filled in', async (t) => {
  const [page, other] = [await (await newApp(t)).newPage(), await (await newApp(t)).newPage()];
  const { number, invitation } = await newInvited();
  await openLink(page, 'identity.title', invitation);
  await fill(page, { insured_number: number, captcha_answer: await readCaptcha(page) });
  const { authentication_key, link } = await newIdentified();
  await openLink(other, 'key.title', link);
  await enterKey(other, authentication_key);

  const ahead = await startAhead(t, '+4h');
  for (const tab of [page, other]) {
    await tab.route(`${API}/**`, (route) => {
      return route.continue({ url: route.request().url().replace(API, ahead) });
    });
  }
  await isOver(page, () => submit(page));
  await isOver(page, () => openLink(page, 'identity.title', invitation));
  await isOver(page, () => openLink(page, 'key.title', link));
  const password = { password: PASSWORD, password_confirmation: PASSWORD };
  await isOver(other, () => submit(other, { ...password, nickname: 'はな' }));
});

// The member reads it, and can begin again at once; no form is there that is of no use.
async function isOver(page, act) {
  await act();
  await problem(page);
  assert.equal(await page.locator('#content form').count(), 0);
  await click(page, 'problem.restart');
  await shows(page, 'register.title');
}

test('app: the same link in two tabs', async (t) => {
  const context = await newApp(t);
  const [one, other] = [await context.newPage(), await context.newPage()];
  const { email, number, invitation } = await newInvited();
  await openLink(one, 'identity.title', invitation);
  await openLink(other, 'identity.title', invitation);
  const key = await proveIdentity(one, number);
  assert.equal(await proveIdentity(other, number), key);
  const link = await mailedToken(email, 2);
  for (const tab of [one, other]) {
    tab.once('dialog', (dialog) => dialog.accept());
    await openLink(tab, 'key.title', link);
    await enterKey(tab, key);
  }
  await createAccount(one);
  const password = { password: PASSWORD, password_confirmation: PASSWORD };
  await submit(other, { ...password, nickname: 'はな' });
  await other.locator('.problem').waitFor();
  await other.locator('#content a[href="/login"]').waitFor();
});

test('app: what was typed belongs to its registration', async (t) => {
  const page = await (await newApp(t)).newPage();
  const [first, second] = [await newIdentified(), await newIdentified()];
  const typed = { login_id: newAddress(), email: newAddress(), nickname: 'はな' };
  const open = async ({ link, authentication_key }) => {
    await openLink(page, 'key.title', link);
    await enterKey(page, authentication_key);
  };
  await open(first);
  await fill(page, typed);
  await open(second);
  const fields = Object.keys(typed).map((name) => valueOf(page, name));
  assert.deepEqual(await Promise.all(fields), [second.email, second.email, '']);

  await fill(page, typed);
  const device = await (await newApp(t)).newPage();
  await openLink(device, 'key.title', second.link);
  await enterKey(device, second.authentication_key);
  await createAccount(device);
  await openLink(page, 'key.title', second.link);
  await says(page, text(page, 'identity.done'));
  const names = await page.evaluate(() => Object.keys(sessionStorage));
  assert.deepEqual(names.filter((name) => name.includes('draft')), []);
});

test('app: the screen of the key is left by none who has not noted it down', async (t) => {
  const context = await newApp(t);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: APP });
  const page = await context.newPage();
  const { email, number, invitation } = await newInvited();
  await openLink(page, 'identity.title', invitation);
  const key = await proveIdentity(page, number);
  const dialog = page.locator('dialog');
  await page.locator('.brand').click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.goBack();
  await dialog.getByText(text(page, 'leave.stay')).click();
  assert.equal(await page.locator('#key').textContent(), key);

  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await click(page, 'key_shown.print');
  assert.equal(await page.evaluate(() => window.printed), true);
  await click(page, 'key_shown.copy');
  await says(page, text(page, 'key_shown.copied'));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await page.goBack();
  await dialog.getByText(text(page, 'leave.leave')).click();
  await shows(page, 'identity.title');

  await openLink(page, 'key.title', await mailedToken(email, 2));
  await page.locator('#authentication_key').focus();
  await page.keyboard.press('ControlOrMeta+V');
  await submit(page);
  await shows(page, 'account.title');
});

test('app: a mail and a CAPTCHA are to be had again', async (t) => {
  const page = await openApp(await newApp(t), '/register');
  const email = newAddress();
  await page.clock.install();
  await submit(page, { email });
  await shows(page, 'mail.title');
  const again = submitButton(page);
  assert.equal(await again.getAttribute('aria-disabled'), 'true');
  const first = await mailedToken(email, 1);
  await page.clock.runFor(3000);
  await page.locator('#content button[type="submit"][aria-disabled="false"]').click();
  await page.locator('#content', { hasText: text(page, 'mail.resent') }).waitFor();
  await openLink(page, 'identity.title', first);

  await readCaptcha(page);
  let shown = await page.locator('.captcha img').getAttribute('src');
  for (const key of ['captcha.new_image', 'captcha.to_audio', 'captcha.new_audio']) {
    await click(page, key);
    await page.locator(`.captcha :is(img, audio):not([src="${shown}"])`).waitFor();
    shown = await page.locator('.captcha :is(img, audio)').getAttribute('src');
  }
  await page.clock.fastForward('10:00'); // it would be over before it is answered
  await page.locator(`.captcha audio:not([src="${shown}"])`).waitFor();
  await proveIdentity(page, newNumber());
});
