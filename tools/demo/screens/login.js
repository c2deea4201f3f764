// login.js - login ID and password, and the ways to everything that comes before them.

import { client, sessionIsKept } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { form } from '../lib/form.js';
import { go, isMemberPath } from '../lib/router.js';
import { warn } from '../lib/shell.js';
import { societyContact } from '../lib/society.js';
import { tab } from '../lib/storage.js';

/** @import { Problem } from '../lib/api.js' */
/** @import { Page, Screen } from '../lib/router.js' */

const FAILURES_UNTIL_CONTACT = 3;

/** @type {Screen<null>} */
export const login = {
  title: 'login.title',

  view: (page) => [
    form(page, {
      fields: [
        {
          name: 'login_id',
          label: 'login.login_id',
          hint: 'login.login_id_hint',
          kind: 'email',
          autocomplete: 'username',
          value: page.handover.login_id,
        },
        {
          name: 'password',
          label: 'login.password',
          kind: 'password',
          autocomplete: 'current-password',
        },
      ],
      submit: 'login.submit',
      send: ({ login_id, password }) =>
        client.logIn({ body: { login_id, password }, signal: page.signal }),
      done: enter,
      onProblem: (problem) => withContact(page, problem),
    }),
    h(
      'ul',
      { class: 'ways' },
      h('li', {}, link('/forgot/password', t('login.forgot_password'))),
      h('li', {}, link('/forgot/login-id', t('login.forgot_login_id'))),
      h('li', {}, link('/account-deletion', t('account_deletion.title'))),
    ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, t('login.new_title')),
      h('p', {}, t('login.new_text')),
      h(
        'p',
        { class: 'actions' },
        link('/register', t('login.register'), { class: 'button' }),
        link('/guide', t('login.guide')),
      ),
    ),
  ],
};

// After several failures in a row the member reads whom to ask.
/**
 * @param {Page<null>} page
 * @param {Problem} problem
 */
function withContact(page, problem) {
  const lines = societyContact();
  if (problem.code !== 'login_failed' || !lines) return problem;
  page.state.failures = (page.state.failures ?? 0) + 1;
  if (page.state.failures < FAILURES_UNTIL_CONTACT) return problem;
  return { ...problem, detail: `${problem.detail}\n${t('login.contact', { lines })}` };
}

async function enter() {
  const wanted = tab.get('return_to') ?? '/';
  tab.remove('return_to');
  await go(isMemberPath(wanted) ? wanted : '/', { replace: true });
  const isLost = !(await sessionIsKept());
  tab.set('cookies_are_lost', isLost);
  warn('warning.cookies', isLost);
}
