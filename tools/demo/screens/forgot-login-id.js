// forgot-login-id.js - has the login IDs of an address mailed to it.

import { client } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { showMailSent } from './mail-sent.js';

/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const forgotLoginId = {
  title: 'forgot_login_id.title',

  view: (page) => [
    h('p', {}, t('forgot_login_id.intro')),
    form(page, {
      fields: [
        {
          name: 'email',
          label: 'account.email',
          hint: 'forgot_login_id.hint',
          kind: 'email',
          autocomplete: 'email',
          isDraft: true,
        },
      ],
      submit: 'form.send_mail',
      send: ({ email }) => client.requestLoginIdReminder({ body: { email }, signal: page.signal }),
      done: (data, { email }) => showMailSent('/forgot/login-id/mail-sent', email, data),
    }),
    h('ul', { class: 'ways' }, h('li', {}, link('/login', t('problem.to_login')))),
  ],
};
