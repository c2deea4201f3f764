// register.js - step 1 of the registration: the e-mail address.

import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { showMailSent } from './mail-sent.js';

/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const register = {
  title: 'register.title',
  step: 1,

  view: (page) => [
    h('p', {}, t('register.intro')),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, t('register.needs')),
      h(
        'ul',
        {},
        h('li', {}, t('register.need_mail')),
        h('li', {}, t('register.need_number')),
        h('li', {}, t('register.need_insured')),
      ),
    ),
    form(page, {
      fields: [
        {
          name: 'email',
          label: 'field.email',
          hint: 'register.email_hint',
          kind: 'email',
          autocomplete: 'email',
          isDraft: true,
        },
      ],
      submit: 'register.submit',
      send: ({ email }) => client.requestInvitation({ body: { email }, signal: page.signal }),
      done: (data, { email }) => showMailSent('/register/mail-sent', email, data),
    }),
  ],
};
