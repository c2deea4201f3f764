// profile.js - the forms behind "change" of the member's page: each sends one operation.

import { isFormerMember } from '../lib/access.js';
import { client } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { currentPassword, newPasswordFields } from '../lib/password.js';
import { go } from '../lib/router.js';
import { passwordPolicy } from '../lib/society.js';
import { forgetTyped } from '../lib/storage.js';
import { atLoginId } from './account.js';

/** @import { Problem, Result } from '../lib/api.js' */
/** @import { Field, Values } from '../lib/field.js' */
/** @import { Form } from '../lib/form.js' */
/** @import { TextKey } from '../lib/i18n.js' */
/** @import { Page, Screen } from '../lib/router.js' */
/** @import { Profile } from '../lib/session.js' */
/** @import { PasswordPolicy } from '../lib/storage.js' */

/** @typedef {Page<Profile>} ProfilePage */
/**
 * @typedef {object} Change
 * @property {TextKey} title
 * @property {TextKey} intro
 * @property {TextKey} [introOfFormer]  to a former member instead
 * @property {TextKey} submit
 * @property {TextKey} notice  once it is done
 * @property {string} [next]  the screen after it
 * @property {boolean} [isDanger]
 * @property {(profile: Profile, policy: PasswordPolicy) => Field[]} fields
 * @property {(values: Values, signal: AbortSignal)
 *   => Promise<Result<unknown>>} send
 * @property {Form<unknown>['onProblem']} [onProblem]
 */

/** @type {Record<string, Change>} */
const CHANGES = {
  '/profile/settings': {
    title: 'settings.title',
    intro: 'settings.intro',
    submit: 'form.save',
    notice: 'settings.done',
    fields: ({ nickname, language }) => [
      {
        name: 'nickname',
        label: 'field.nickname',
        hint: 'field.nickname_hint',
        kind: 'text',
        autocomplete: 'nickname',
        value: nickname,
      },
      {
        name: 'language',
        label: 'home.language',
        kind: 'choice',
        value: language,
        options: [
          ['ja', 'language.ja'],
          ['en', 'language.en'],
        ],
      },
    ],
    send({ nickname, language }, signal) {
      const body = { nickname, language: /** @type {'ja' | 'en'} */ (language) };
      return client.updateSettings({ body, signal });
    },
  },

  '/profile/password': {
    title: 'change_password.title',
    intro: 'change_password.intro',
    submit: 'change_password.submit',
    notice: 'change_password.done',
    fields: (_, policy) => [currentPassword, ...newPasswordFields(policy)],
    send: ({ current_password, password, password_confirmation }, signal) =>
      client.changePassword({
        body: { current_password, password, password_confirmation },
        signal,
      }),
  },

  '/profile/login-id': {
    title: 'change_login_id.title',
    intro: 'change_login_id.intro',
    submit: 'form.change',
    notice: 'change_login_id.done',
    fields: ({ login_id }) => [
      {
        name: 'login_id',
        label: 'change_login_id.new',
        hint: 'account.login_id_hint',
        kind: 'email',
        autocomplete: 'username',
        value: login_id,
        isDraft: true,
      },
      currentPassword,
    ],
    send: ({ login_id, current_password }, signal) =>
      client.changeLoginId({ body: { login_id, current_password }, signal }),
    onProblem: atLoginId,
  },

  '/profile/email': {
    title: 'change_email.title',
    intro: 'change_email.intro',
    submit: 'change_email.submit',
    notice: 'change_email.done',
    fields: () => [
      {
        name: 'email',
        label: 'change_email.new',
        hint: 'change_email.hint',
        kind: 'email',
        autocomplete: 'email',
        isDraft: true,
      },
      currentPassword,
    ],
    send: ({ email, current_password }, signal) =>
      client.requestEmailChange({ body: { email, current_password }, signal }),
  },

  '/profile/delete': {
    title: 'delete.title',
    intro: 'delete.intro',
    introOfFormer: 'delete.intro_former',
    submit: 'delete.submit',
    notice: 'delete.done',
    next: '/login',
    isDanger: true,
    fields: () => [currentPassword],
    send: ({ current_password }, signal) =>
      client.deleteAccount({ body: { current_password }, signal }),
  },
};

/** The screens by their paths. */
export const profileScreens = Object.fromEntries(
  Object.entries(CHANGES).map(([path, change]) => [path, screenOf(change)]),
);

/**
 * @param {Change} change
 * @returns {Screen<Profile>}
 */
function screenOf(change) {
  return {
    title: change.title,
    member: true,
    async load(page) {
      page.state.policy = await passwordPolicy();
      return client.getProfile({ signal: page.signal });
    },
    view: (page) => [
      h('p', {}, t(introOf(change, page.data), { email: page.data.email })),
      changeForm(page, change),
      h('ul', { class: 'ways' }, h('li', {}, link('/', t('home.back')))),
    ],
  };
}

/**
 * @param {Change} change
 * @param {Profile} profile
 */
function introOf({ intro, introOfFormer = intro }, profile) {
  return isFormerMember(profile) ? introOfFormer : intro;
}

/**
 * @param {ProfilePage} page
 * @param {Change} change
 */
function changeForm(page, change) {
  const { submit, isDanger, notice, next = '/' } = change;
  return form(page, {
    username: page.data.login_id,
    fields: change.fields(page.data, page.state.policy),
    submit,
    isDanger,
    send: (values) => change.send(values, page.signal),
    done() {
      if (!client.isLoggedIn) forgetTyped();
      go(next, { replace: true, handover: { notice } });
    },
    onProblem: (problem) => afterLostAnswer(page, change.onProblem?.(problem) ?? problem),
  });
}

// The change may have been made although its answer was lost, here or behind a proxy, which says 503
// then: the old password is wrong now.
/**
 * @param {ProfilePage} page
 * @param {Problem} problem
 */
function afterLostAnswer(page, problem) {
  const wasLost = page.state.isAnswerLost === true;
  page.state.isAnswerLost = wasLost || problem.status === 0 || problem.status >= 500;
  if (!wasLost || problem.code !== 'current_password_wrong') return problem;
  return { ...problem, detail: `${problem.detail}\n${t('change_password.perhaps')}` };
}
