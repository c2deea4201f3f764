// account.js - step 4: login ID, password, notification address and nickname.

import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { forgetRegistration, loadStage, tokenOf } from '../lib/links.js';
import { newPasswordFields } from '../lib/password.js';
import { go } from '../lib/router.js';
import { passwordPolicy } from '../lib/society.js';
import { tab } from '../lib/storage.js';
import { alreadyDone } from './identity.js';

/** @import { Problem } from '../lib/api.js' */
/** @import { Field } from '../lib/field.js' */
/** @import { StageState } from '../lib/links.js' */
/** @import { Page, Screen } from '../lib/router.js' */
/** @import { PasswordPolicy } from '../lib/storage.js' */

/** @typedef {Page<StageState>} AccountPage */

/** @type {Screen<StageState>} */
export const account = {
  title: 'account.title',
  step: 4,
  stage: 'account',
  restart: '/register',
  async load(page) {
    page.state.policy = tab.get('account_step')?.password_policy ?? (await passwordPolicy());
    return loadStage(page);
  },
  view: (page) => (page.data.next.path === '/v1/sessions' ? alreadyDone() : accountForm(page)),
};

/** @param {AccountPage} page */
function accountForm(page) {
  return [
    h('p', {}, t('account.intro')),
    form(page, {
      fields: fields(page.state.policy),
      submit: 'account.submit',
      send({ login_id, password, password_confirmation, email, nickname }) {
        const body = { login_id, password, password_confirmation, email, nickname };
        return client.createAccount({ token: tokenOf(page), body, signal: page.signal });
      },
      done(data) {
        forgetRegistration();
        go('/register/complete', { replace: true, handover: { account: data.account } });
      },
      onProblem: atLoginId,
    }),
  ];
}

/**
 * @param {PasswordPolicy} policy
 * @returns {Field[]}
 */
function fields(policy) {
  const step = tab.get('account_step');
  return [
    {
      name: 'login_id',
      label: 'account.login_id',
      hint: 'account.login_id_hint',
      kind: 'email',
      autocomplete: 'username',
      value: step?.email,
      isDraft: true,
    },
    ...newPasswordFields(policy),
    {
      name: 'email',
      label: 'account.email',
      hint: 'account.email_hint',
      kind: 'email',
      autocomplete: 'email',
      value: step?.email,
      isDraft: true,
    },
    {
      name: 'nickname',
      label: 'field.nickname',
      hint: 'field.nickname_hint',
      kind: 'text',
      autocomplete: 'nickname',
      isDraft: true,
    },
  ];
}

/**
 * A login ID that is taken is told at its field, too.
 *
 * @param {Problem} problem
 */
export function atLoginId(problem) {
  if (problem.code !== 'login_id_taken') return problem;
  const error = { field: 'login_id', code: problem.code, detail: problem.title };
  return { ...problem, errors: [error] };
}
