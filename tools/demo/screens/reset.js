// reset.js - a new password, on the page of the link that was mailed for a forgotten one.

import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { loadStage, tokenOf } from '../lib/links.js';
import { newPasswordFields } from '../lib/password.js';
import { go } from '../lib/router.js';
import { passwordPolicy } from '../lib/society.js';
import { tab } from '../lib/storage.js';

/** @import { StageState } from '../lib/links.js' */
/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<StageState>} */
export const reset = {
  title: 'reset.title',
  stage: 'password-reset',
  restart: '/forgot/password',
  async load(page) {
    page.state.policy = await passwordPolicy();
    return loadStage(page);
  },

  view: (page) => [
    h('p', {}, t('reset.intro')),
    form(page, {
      fields: newPasswordFields(page.state.policy),
      submit: 'reset.submit',
      send({ password, password_confirmation }) {
        const body = { password, password_confirmation };
        return client.resetPassword({ token: tokenOf(page), body, signal: page.signal });
      },
      done() {
        tab.remove('token password-reset');
        go('/login', { replace: true, handover: { notice: 'reset.done' } });
      },
    }),
  ],
};
