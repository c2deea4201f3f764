// account-deletion.js - a former member, who cannot log in any more, ends the account: asks for a
// link, and on the page of that link deletes it by a button.

import { actionButton } from '../lib/action.js';
import { client } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { loadStage, tokenOf } from '../lib/links.js';
import { go } from '../lib/router.js';
import { forgetTyped, tab } from '../lib/storage.js';
import { showMailSent } from './mail-sent.js';

/** @import { StageState } from '../lib/links.js' */
/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const accountDeletion = {
  title: 'account_deletion.title',

  view: (page) => [
    h('p', {}, t('account_deletion.intro')),
    form(page, {
      fields: [
        {
          name: 'email',
          label: 'account_deletion.email',
          hint: 'account_deletion.hint',
          kind: 'email',
          autocomplete: 'email',
          isDraft: true,
        },
      ],
      submit: 'form.send_mail',
      send: ({ email }) => client.requestAccountDeletion({ body: { email }, signal: page.signal }),
      done: (data, { email }) => showMailSent('/account-deletion/mail-sent', email, data),
    }),
    h('ul', { class: 'ways' }, h('li', {}, link('/login', t('problem.to_login')))),
  ],
};

/** @type {Screen<StageState>} */
export const confirmAccountDeletion = {
  title: 'confirm_deletion.title',
  stage: 'account-deletion',
  restart: '/account-deletion',
  load: loadStage,

  view: (page) => [
    h('p', {}, t('confirm_deletion.intro', { email: page.data.email })),
    actionButton(page, {
      label: t('confirm_deletion.submit'),
      attributes: { class: 'danger' },
      send: () => client.confirmAccountDeletion({ token: tokenOf(page), signal: page.signal }),
      done() {
        tab.remove('token account-deletion');
        forgetTyped();
        go('/login', { replace: true, handover: { notice: 'delete.done' } });
      },
    }),
  ],
};
