// links.js - the pages that a mailed link opens. Opening one changes nothing: it asks where the
// procedure is, and only a button of the member sends something.

import { client } from './api.js';
import { t } from './i18n.js';
import { ownProblem } from './problem.js';
import { tab } from './storage.js';

/** @import { Result } from './api.js' */
/** @import { Page } from './router.js' */

/** @typedef {Page<any>} AnyPage */

/**
 * @typedef {object} StageState
 * @property {string} email  masked
 * @property {number} [attempts_left]
 * @property {boolean} [birth_date_required]
 * @property {boolean} [posted_code_required]
 * @property {{ path: string }} next
 */

/**
 * The token of the screen's stage.
 *
 * @param {AnyPage} page
 */
export function tokenOf(page) {
  return tab.get(`token ${page.screen.stage ?? ''}`) ?? '';
}

/**
 * Where the procedure of the link is.
 *
 * @param {AnyPage} page
 * @returns {Promise<Result<StageState>>}
 */
export async function loadStage(page) {
  const token = tokenOf(page);
  if (!token) return withoutLink();
  const result = await client.getRegistrationStage({ token, signal: page.signal });
  const isOfAnother = result.ok && result.data.stage !== page.screen.stage;
  return isOfAnother ? withoutLink() : result;
}

/** The registration is over: nothing of it stays in the tab. */
export function forgetRegistration() {
  for (const stage of ['identity', 'authentication-key', 'account']) tab.remove(`token ${stage}`);
  tab.remove('account_step');
  tab.remove('mail_sent');
  tab.removeAll('draft /register');
}

// The page was opened by hand or with another page's link, or the browser has storage blocked and
// loaded the page again.
function withoutLink() {
  return ownProblem('token_missing', t('link.missing_title'), t('link.missing_text'));
}
