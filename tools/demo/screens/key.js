// key.js - step 3: the authentication key is typed on the page of the second mailed link. It was
// shown on another screen, perhaps on another device.

import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { loadStage, tokenOf } from '../lib/links.js';
import { go } from '../lib/router.js';
import { tab } from '../lib/storage.js';
import { alreadyDone } from './identity.js';

/** @import { StageState } from '../lib/links.js' */
/** @import { Page, Screen } from '../lib/router.js' */

/** @typedef {Page<StageState>} KeyPage */

/** @type {Screen<StageState>} */
export const key = {
  title: 'key.title',
  step: 3,
  stage: 'authentication-key',
  restart: '/register',
  load: loadStage,
  view: (page) => (page.data.next.path === '/v1/sessions' ? alreadyDone() : keyForm(page)),
};

// A key that was typed before is taken again: whoever lost the next screen comes back this way.
/** @param {KeyPage} page */
function keyForm(page) {
  return [
    h('p', {}, t('key.intro')),
    form(page, {
      fields: [
        {
          name: 'authentication_key',
          label: 'key.key',
          hint: 'key.key_hint',
          kind: 'code',
          autocomplete: 'one-time-code',
        },
      ],
      submit: 'key.submit',
      send({ authentication_key }) {
        const body = { authentication_key };
        const token = tokenOf(page);
        return client.submitAuthenticationKey({ token, body, signal: page.signal });
      },
      done({ stage_token, email, password_policy }) {
        tab.removeAll('draft /register/account'); // of another registration, perhaps
        tab.set('token account', stage_token);
        tab.set('account_step', { email, password_policy });
        go('/register/account');
      },
    }),
    h(
      'details',
      { class: 'card' },
      h('summary', {}, t('key.lost')),
      h('p', {}, t('key.lost_text')),
    ),
  ];
}
