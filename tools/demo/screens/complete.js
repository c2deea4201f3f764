// complete.js - the account exists; the login is next.

import { h, button } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/router.js';

/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const complete = {
  title: 'complete.title',

  view(page) {
    const account = /** @type {Account | undefined} */ (page.handover.account);
    const handover = { login_id: account?.login_id };
    return [
      h('p', { class: 'notice' }, t('complete.text')),
      account && summary(account),
      account?.email_verified === false &&
        h('p', {}, t('complete.confirm', { email: account.email })),
      h(
        'p',
        { class: 'actions' },
        button(t('complete.log_in'), () => go('/login', { handover }), { class: 'primary' }),
      ),
    ];
  },
};

/**
 * @typedef {object} Account
 * @property {string} login_id
 * @property {string} nickname
 * @property {string} email
 * @property {boolean} email_verified
 */

/** @param {Account} account */
function summary({ login_id, nickname }) {
  return h(
    'dl',
    { class: 'card' },
    h('dt', {}, t('account.login_id')),
    h('dd', {}, login_id),
    h('dt', {}, t('field.nickname')),
    h('dd', {}, nickname),
  );
}
