// home.js - the member's own page: the profile, and the ways to change each part of it.

import { isFormerMember, lastDayOfAccess } from '../lib/access.js';
import { actionButton } from '../lib/action.js';
import { client } from '../lib/api.js';
import { h, button, link } from '../lib/dom.js';
import { day, moment, t } from '../lib/i18n.js';
import { go } from '../lib/router.js';
import { logOut } from '../lib/session.js';

/** @import { TextKey } from '../lib/i18n.js' */
/** @import { Page, Screen } from '../lib/router.js' */
/** @import { Profile } from '../lib/session.js' */

/** @typedef {Page<Profile>} HomePage */

/** @type {Screen<Profile>} */
export const home = {
  title: 'home.title',
  member: true,
  load: (page) => client.getProfile({ signal: page.signal }),

  view: (page) => [
    h('p', { class: 'greeting' }, t('home.greeting', { nickname: page.data.nickname })),
    page.data.pending_email && pending(page, page.data.pending_email),
    isFormerMember(page.data) && former(page.data),
    profileList(page.data),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, t('home.security')),
      h(
        'ul',
        { class: 'ways' },
        h('li', {}, link('/sessions', t('sessions.title'))),
        h('li', {}, button(t('session.log_out'), logOut, { class: 'as-link' })),
        h('li', {}, link('/profile/delete', t('delete.title'))),
      ),
    ),
  ],
};

/** @param {Profile} profile */
function profileList(profile) {
  return h(
    'dl',
    { class: 'card profile' },
    row('field.nickname', profile.nickname, '/profile/settings'),
    row('home.language', t(`language.${profile.language}`), '/profile/settings'),
    row('account.login_id', profile.login_id, '/profile/login-id'),
    row('account.email', profile.email, '/profile/email'),
    row('login.password', passwordLine(profile), '/profile/password'),
    row('home.number', profile.insured_number),
    row('home.since', moment(profile.created_at)),
    endRow(profile),
  );
}

/** @param {Profile} profile */
function endRow(profile) {
  const last = lastDayOfAccess(profile);
  return last === null ? null : row('home.access_until', day(last));
}

// Eligibility has ended, and the society lets former members in for some days.
/** @param {Profile} profile */
function former(profile) {
  return h(
    'section',
    { class: 'card former' },
    h('h2', {}, t('home.former_title')),
    h('p', {}, t('home.former_text', { last: day(lastDayOfAccess(profile) ?? '') })),
  );
}

/** @param {Profile} profile */
function passwordLine({ password_changed_at }) {
  return t('home.password_since', { time: moment(password_changed_at) });
}

/**
 * @param {TextKey} label
 * @param {string} value
 * @param {string} [path]  of the screen that changes it
 */
function row(label, value, path) {
  const change = { 'aria-label': t('home.change_what', { what: t(label) }) };
  return h(
    'div',
    {},
    h('dt', {}, t(label)),
    h('dd', {}, value),
    path ? h('dd', { class: 'change' }, link(path, t('home.change'), change)) : null,
  );
}

// The new address waits for its confirmation. A mistyped one is withdrawn without the password.
/**
 * @param {HomePage} page
 * @param {string} email
 */
function pending(page, email) {
  return h(
    'section',
    { class: 'card pending' },
    h('h2', {}, t('home.pending_title')),
    h('p', {}, t('home.pending_text', { email })),
    actionButton(page, {
      label: t('home.withdraw'),
      send: () => client.withdrawEmailChange({ signal: page.signal }),
      done: () => go('/', { replace: true, handover: { notice: 'home.withdrawn' } }),
    }),
  );
}
