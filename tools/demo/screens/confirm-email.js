// confirm-email.js - the new notification address is confirmed by a button, on the page of the link
// that was mailed to it. It needs no login.

import { actionButton } from '../lib/action.js';
import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { loadStage, tokenOf } from '../lib/links.js';
import { go } from '../lib/router.js';
import { tab } from '../lib/storage.js';

/** @import { StageState } from '../lib/links.js' */
/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<StageState>} */
export const confirmEmail = {
  title: 'confirm_email.title',
  stage: 'email-confirmation',
  restart: '/profile/email',
  load: loadStage,

  view: (page) => [
    h('p', {}, t('confirm_email.intro', { email: page.data.email })),
    actionButton(page, {
      label: t('confirm_email.submit'),
      attributes: { class: 'primary' },
      send: () => client.confirmEmail({ token: tokenOf(page), signal: page.signal }),
      done() {
        tab.remove('token email-confirmation');
        go('/', { replace: true, handover: { notice: 'confirm_email.done' } });
      },
    }),
  ],
};
