// forgot-password.js - has a link to a new password mailed to the account's address.

import { client } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { showMailSent } from './mail-sent.js';

/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const forgotPassword = {
  title: 'forgot_password.title',

  view: (page) => [
    h('p', {}, t('forgot_password.intro')),
    form(page, {
      fields: [
        {
          name: 'login_id',
          label: 'login.login_id',
          hint: 'login.login_id_hint',
          kind: 'email',
          autocomplete: 'username',
          isDraft: true,
        },
      ],
      submit: 'form.send_mail',
      send: ({ login_id }) =>
        client.requestPasswordReset({ body: { login_id }, signal: page.signal }),
      done: (data, { login_id }) => showMailSent('/forgot/password/mail-sent', login_id, data),
    }),
    h(
      'ul',
      { class: 'ways' },
      h('li', {}, link('/forgot/login-id', t('login.forgot_login_id'))),
      h('li', {}, link('/login', t('problem.to_login'))),
    ),
  ],
};
