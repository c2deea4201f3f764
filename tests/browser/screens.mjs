// screens.mjs - every screen of the reference app, with what can be seen on it, in the order in which a
// member meets them: from the login through registration, profile and recovery to the deletion. They are
// reached as members reach them, on a real stack. app_axe.test.mjs examines them, screenshots.mjs takes
// pictures.

import assert from 'node:assert/strict';

import {
  API,
  PASSWORD,
  dayAgo,
  eligibleUntil,
  mailedToken,
  newAddress,
  newNumber,
} from '../node/service.mjs';
import {
  answerInstead,
  askOther,
  click,
  createAccount,
  cutOff,
  enterKey,
  fill,
  logIn,
  mailedPath,
  newApp,
  problem,
  proveIdentity,
  readCaptcha,
  says,
  shows,
  submit,
  text,
} from './app.mjs';
import { APP } from './browser.mjs';

const NOBODYS_TOKEN = 'A'.repeat(43);
const WEAK = { password: 'abcdef', password_confirmation: 'abcdeg' };

const TOO_MANY_TRIES = {
  ja: {
    title: 'しばらくお待ちください',
    detail:
      '何度も続けて試されたため、受け付けを一時的に止めています。しばらくたってから、もう一度お試しください。',
  },
  en: {
    title: 'Too many tries',
    detail: 'There have been too many tries. Please wait a while and try again.',
  },
};

// Errors that some of the screens bring about.
const EXPECTED = [/ERR_CONNECTION_REFUSED/, /a spoilt screen/];

// What the pictures show is one person, whatever it is about.
class Visit {
  email = newAddress();
  otherEmail = newAddress();
  number = newNumber();

  constructor(page, language) {
    this.page = page;
    this.language = language;
  }

  // Does the steps to a screen of SCREENS; what fails there tells where it was instead.
  async reach(name, steps) {
    try {
      await steps(this);
    } catch (error) {
      const shown = await this.page.locator('body').innerText().catch(String);
      error.message = `${name}: ${error.message}\n${this.page.url()}\n${shown}`;
      throw error;
    }
  }

  // By a link, as the app's own are: the page is not loaded again, which would cost more than all else.
  async open(path, title) {
    await this.page.evaluate(followLink, path);
    await shows(this.page, title);
  }

  // A mailed link, as an address that is pasted into the tab: without loading it again, too. That the app
  // can begin with one is what the tests of the registration and of members show.
  async openLink(title, token) {
    await this.page.evaluate(pasteAddress, mailedPath(title, token));
    await shows(this.page, title);
  }

  async load(path, title) {
    await this.page.goto(APP + path);
    await shows(this.page, title);
  }

  // Sends the form; the service, or the app itself, finds something wrong with this field.
  async submitWrong(name, values) {
    await submit(this.page, values);
    await this.page.locator(`#${name}[aria-invalid="true"]`).waitFor();
  }

  // All that is folded away.
  async unfold() {
    await this.page.locator('details').evaluateAll((all) => all.forEach((it) => (it.open = true)));
  }

  async problem(words) {
    await problem(this.page);
    if (words) await says(this.page, words);
  }
}

// Somebody who will see every screen, with this size of text: 'medium' or 'large'.
export async function newVisit(t, { language, size }) {
  const context = await newApp(t, { language, expected: EXPECTED });
  await context.addInitScript(keepTextSize, size);
  await context.grantPermissions(['clipboard-write'], { origin: APP });
  const page = await context.newPage();
  page.on('dialog', (dialog) => dialog.accept()); // of the screen of the key, when it is left
  return new Visit(page, language);
}

// Runs in the page.
function followLink(path) {
  const link = document.createElement('a');
  link.href = path;
  document.body.append(link);
  link.click();
  link.remove();
}

// Runs in the page, which hears of a pasted address as of a step in its history.
function pasteAddress(address) {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

// Runs in the page. An empty one has no storage, and neither has the frame of a mail.
function keepTextSize(size) {
  const isPage = window === top && location.protocol === 'http:';
  if (isPage) localStorage.setItem('myportal text_size', JSON.stringify(size));
}

const REGISTRATION = {
  login: (visit) => visit.load('/login', 'login.title'),
  'login-empty': (visit) => visit.submitWrong('password', {}),
  'login-failed': async ({ page }) => {
    await fill(page, { login_id: newAddress(), password: PASSWORD });
    for (const _ of ['once', 'twice', 'with whom to ask']) {
      const answer = page.waitForResponse(`${API}/v1/sessions`);
      await submit(page);
      await (await answer).finished();
    }
    await page.locator('.problem', { hasText: '03-0000-0000' }).waitFor();
  },
  'login-too-many-tries': async (visit) => {
    const answer = { status: 429, code: 'too_many_tries', ...TOO_MANY_TRIES[visit.language] };
    await answerInstead(visit.page, 'POST', '/v1/sessions', 1, {
      status: 429,
      contentType: 'application/problem+json',
      headers: { 'Retry-After': '300' },
      body: JSON.stringify(answer),
    });
    await submit(visit.page);
    await visit.problem(answer.title);
    await visit.page.unrouteAll(); // as long as there is a route, the browser keeps no file of the app
  },
  guide: async (visit) => {
    await visit.open('/guide', 'guide.title');
    await visit.unfold();
  },

  register: (visit) => visit.open('/register', 'register.title'),
  'register-wrong': (visit) => visit.submitWrong('email', { email: 'hanako@' }),
  'register-refused': async ({ page, email }) => {
    await askOther(page, '/v1/registration/email');
    await submit(page, { email });
    await problem(page);
    await page.locator('#email[aria-invalid="true"]').waitFor();
    await page.unroute(`${API}/v1/registration/email`);
  },
  'register-mail-sent': async ({ page, email }) => {
    await submit(page, { email });
    await shows(page, 'mail.title');
    await says(page, email);
  },
  'identity-posted-code': async (visit) => {
    const { page } = visit;
    visit.invitation = await mailedToken(visit.email, 1);
    await askOther(page, '/v1/registration/stage');
    await visit.openLink('identity.title', visit.invitation);
    await page.locator('.captcha img').waitFor();
    await visit.submitWrong('posted_code', {});
    await page.unroute(`${API}/v1/registration/stage`);
  },
  identity: async ({ page }) => {
    await page.reload();
    await shows(page, 'identity.title');
    await page.locator('.captcha img').waitFor();
  },
  'identity-empty': (visit) => visit.submitWrong('captcha_answer', {}),
  'identity-captcha-wrong': async (visit) => {
    const { page, number } = visit;
    const before = await page.locator('.captcha img').getAttribute('src');
    await submit(page, { insured_number: number, captcha_answer: 'ZZZZZZ' });
    await visit.problem();
    await page.locator(`.captcha img:not([src="${before}"])`).waitFor();
  },
  'identity-mismatch': async (visit) => {
    const { page } = visit;
    const before = await page.locator('.captcha img').getAttribute('src');
    await submit(page, { insured_number: '99999998', captcha_answer: await readCaptcha(page) });
    await visit.problem(text(page, 'problem.attempts_left', { n: 4 }));
    await page.locator(`.captcha img:not([src="${before}"])`).waitFor();
  },
  'identity-sound': async ({ page }) => {
    await click(page, 'captcha.to_audio');
    await page.locator('.captcha audio').waitFor();
  },
  'key-shown': async (visit) => {
    visit.key = await proveIdentity(visit.page, visit.number);
  },
  'key-copied': async ({ page }) => {
    await click(page, 'key_shown.copy');
    await says(page, text(page, 'key_shown.copied'));
  },
  'key-leaving': async ({ page }) => {
    await page.locator('.brand').click();
    await page.locator('dialog').waitFor();
  },
  'key-gone': async ({ page }) => {
    await page.reload();
    await shows(page, 'key_shown.title');
    await says(page, text(page, 'key_shown.gone'));
  },
  'identity-passed': async ({ page }) => {
    await click(page, 'key_shown.to_identity');
    await shows(page, 'identity.title');
    await page.locator('.captcha img').waitFor();
  },
  key: async (visit) => {
    await visit.openLink('key.title', await mailedToken(visit.email, 2));
    await visit.unfold();
  },
  'key-wrong': async (visit) => {
    await submit(visit.page, { authentication_key: 'AAAA-AAAA-AA' });
    await visit.problem(text(visit.page, 'problem.attempts_left', { n: 4 }));
  },
  account: ({ page, key }) => enterKey(page, key),
  'account-wrong': async (visit) => {
    await visit.page.locator('.reveal button').first().click();
    await visit.submitWrong('nickname', WEAK);
  },
  complete: async ({ page, otherEmail, language }) => {
    const nickname = language === 'ja' ? 'はなこ' : 'Hana';
    await createAccount(page, { email: otherEmail, nickname });
    await says(page, otherEmail);
  },
  'identity-done': async (visit) => {
    await visit.openLink('identity.title', visit.invitation);
    await says(visit.page, text(visit.page, 'identity.done'));
  },
  'identity-dead-link': async (visit) => {
    await visit.openLink('identity.title', NOBODYS_TOKEN);
    await visit.problem();
  },
  'confirmation-without-link': async (visit) => {
    await visit.open('/settings/email-confirmation', 'confirm_email.title');
    await visit.problem(text(visit.page, 'link.missing_title'));
  },
};

const MEMBER = {
  home: async (visit) => {
    await visit.open('/login', 'login.title');
    await logIn(visit.page, visit.email);
  },
  confirmation: async (visit) => {
    await visit.openLink('confirm_email.title', await mailedToken(visit.otherEmail, 1));
    await says(visit.page, text(visit.page, 'confirm_email.submit'));
  },
  'confirmation-done': async ({ page }) => {
    await click(page, 'confirm_email.submit');
    await shows(page, 'home.title');
    await page.locator('#notice', { hasText: text(page, 'confirm_email.done') }).waitFor();
  },
  settings: (visit) => visit.open('/profile/settings', 'settings.title'),
  'settings-wrong': (visit) => visit.submitWrong('nickname', { nickname: '' }),
  password: (visit) => visit.open('/profile/password', 'change_password.title'),
  'password-wrong': async (visit) => {
    const passwords = { password: 'himawari8kirin', password_confirmation: 'himawari8kirin' };
    await submit(visit.page, { ...passwords, current_password: 'tanpopo3lion' });
    await visit.problem();
  },
  'login-id': (visit) => visit.open('/profile/login-id', 'change_login_id.title'),
  email: (visit) => visit.open('/profile/email', 'change_email.title'),
  'email-change-pending': async ({ page }) => {
    const email = newAddress();
    await submit(page, { email, current_password: PASSWORD });
    await shows(page, 'home.title');
    await says(page, email);
  },
  delete: (visit) => visit.open('/profile/delete', 'delete.title'),
  sessions: async (visit) => {
    await logInElsewhere(visit);
    await visit.open('/sessions', 'sessions.title');
    await says(visit.page, text(visit.page, 'sessions.end_others'));
  },
  'sessions-ended': async ({ page }) => {
    await click(page, 'sessions.end_others');
    await page.locator('#notice', { hasText: text(page, 'sessions.ended') }).waitFor();
  },
  'home-former': async (visit) => {
    await eligibleUntil(visit.email, dayAgo(1)); // ACCESS_AFTER_LOSS_DAYS: on_stack
    await visit.open('/profile/settings', 'settings.title');
    await visit.open('/', 'home.title');
    await visit.page.locator('.former').waitFor();
  },
  'delete-former': async (visit) => {
    await visit.open('/profile/delete', 'delete.title');
    await says(visit.page, text(visit.page, 'delete.intro_former'));
  },
  'api-away': async (visit) => {
    await cutOff(visit.page, 'GET', '/v1/me', Infinity);
    await visit.open('/', 'home.title');
    await visit.problem();
  },
  'api-unreadable': async (visit) => {
    await visit.page.unrouteAll();
    const answer = { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' };
    await answerInstead(visit.page, 'GET', '/v1/me', Infinity, answer);
    await visit.open('/', 'home.title');
    await visit.problem();
  },
  'api-away-from-form': async (visit) => {
    await visit.page.unrouteAll();
    await visit.open('/profile/settings', 'settings.title');
    await cutOff(visit.page, 'PATCH', '/v1/me', Infinity);
    await submit(visit.page);
    await visit.problem();
  },
  'logged-out': async ({ page }) => {
    await page.unrouteAll();
    await page.locator('.log-out').click();
    await shows(page, 'login.title');
    await page.locator('#notice', { hasText: text(page, 'session.logged_out') }).waitFor();
  },
};

// On three devices: one that the service knows by its browser, one by an app's name, and one unknown.
async function logInElsewhere({ email }) {
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'Version/18.5 Mobile/15E148 Safari/604.1';
  for (const agent of [phone, 'curl/7.88.1', '']) {
    const answer = await fetch(`${API}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': agent },
      body: JSON.stringify({ login_id: email, password: PASSWORD, refresh: 'body' }),
    });
    assert.equal(answer.status, 201);
  }
}

const RECOVERY = {
  'forgot-login-id': (visit) => visit.open('/forgot/login-id', 'forgot_login_id.title'),
  'forgot-login-id-mail-sent': async ({ page, otherEmail }) => {
    await submit(page, { email: otherEmail });
    await shows(page, 'mail.title');
  },
  'forgot-password': (visit) => visit.open('/forgot/password', 'forgot_password.title'),
  'forgot-password-mail-sent': async ({ page, email }) => {
    await submit(page, { login_id: email });
    await shows(page, 'mail.title');
  },
  reset: async (visit) => {
    await visit.openLink('reset.title', await newestLink(visit.otherEmail));
    await visit.page.locator('#password').waitFor();
  },
  'reset-wrong': (visit) => visit.submitWrong('password', WEAK),
  'reset-dead-link': async (visit) => {
    await visit.openLink('reset.title', NOBODYS_TOKEN);
    await visit.problem();
  },
  'account-deletion': (visit) => visit.open('/account-deletion', 'account_deletion.title'),
  'account-deletion-mail-sent': async ({ page, email, otherEmail }) => {
    await eligibleUntil(email, '2015-04-01');
    await submit(page, { email: otherEmail });
    await shows(page, 'mail.title');
  },
  'account-deletion-link': async (visit) => {
    await visit.openLink('confirm_deletion.title', await mailedToken(visit.otherEmail, 3));
    await says(visit.page, text(visit.page, 'confirm_deletion.submit'));
    await eligibleUntil(visit.email, dayAgo(1));
  },
  'account-deletion-dead-link': async (visit) => {
    await visit.openLink('confirm_deletion.title', NOBODYS_TOKEN);
    await visit.problem();
  },
  deleted: async (visit) => {
    await visit.open('/login', 'login.title');
    await logIn(visit.page, visit.email);
    await visit.open('/profile/delete', 'delete.title');
    await submit(visit.page, { current_password: PASSWORD });
    await shows(visit.page, 'login.title');
    await visit.page.locator('#notice', { hasText: text(visit.page, 'delete.done') }).waitFor();
  },
  'not-found': (visit) => visit.open('/nowhere', 'not_found.title'),
  'cookies-lost': async (visit) => {
    await visit.page.evaluate(() => sessionStorage.setItem('myportal cookies_are_lost', 'true'));
    await visit.load('/login', 'login.title');
    const words = text(visit.page, 'warning.cookies');
    await visit.page.locator('#warnings', { hasText: words }).waitFor();
  },
  fatal: async ({ page }) => {
    await page.evaluate(() => void Promise.reject(new Error('a spoilt screen')));
    await page.locator('h1', { hasText: text(page, 'fatal.title') }).waitFor();
  },
};

// To the notification address went the confirmation, and a link to a new password after it.
function newestLink(address) {
  return mailedToken(address, 2);
}

// Each follows on those before it.
export const SCREENS = Object.entries({ ...REGISTRATION, ...MEMBER, ...RECOVERY });
