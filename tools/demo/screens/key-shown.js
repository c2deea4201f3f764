// key-shown.js - the authentication key, which exists on this screen alone: no mail has it and no
// storage. Whoever leaves is warned.

import { client } from '../lib/api.js';
import { button, byId, h, link } from '../lib/dom.js';
import { unlessLeft } from '../lib/form.js';
import { duration, t } from '../lib/i18n.js';
import { resendForm } from '../lib/resend.js';
import { redraw } from '../lib/router.js';
import { announce } from '../lib/shell.js';
import { later } from '../lib/timer.js';

/** @import { Page, Screen } from '../lib/router.js' */

/** @typedef {Page<Shown | null>} KeyPage */
/**
 * @typedef {object} Shown
 * @property {string} authentication_key
 * @property {string} email  masked
 * @property {number} link_expires_in
 * @property {number} resend_after
 */

/** @type {Screen<Shown | null>} */
export const keyShown = {
  title: 'key_shown.title',
  step: 3,
  stage: 'identity',
  restart: '/register',

  // The handover of the identity step; after a reload nothing is left of it.
  async load(page) {
    const shown = /** @type {Shown | undefined} */ (page.handover.shown);
    if (shown) watch(page, shown);
    return { ok: true, data: shown ?? null };
  },
  view: (page) => (page.data ? showKey(page, page.data) : keyIsGone(page)),
};

/**
 * @param {KeyPage} page
 * @param {Shown} shown
 */
function showKey(page, shown) {
  return [
    h('p', {}, t('key_shown.intro')),
    h(
      'section',
      { class: 'key', 'aria-labelledby': 'key-title' },
      h('h2', { id: 'key-title' }, t('key_shown.key')),
      h('output', { id: 'key' }, shown.authentication_key),
      h(
        'p',
        { class: 'actions' },
        button(t('key_shown.copy'), () => copy(shown.authentication_key), { class: 'primary' }),
        button(t('key_shown.print'), () => print()),
      ),
      h('p', { class: 'hint', id: 'copied' }),
    ),
    h('p', { class: 'notice warning' }, t('key_shown.keep')),
    h('h2', {}, t('key_shown.next')),
    h(
      'ol',
      {},
      h('li', {}, t('key_shown.next_1', { email: shown.email })),
      h('li', {}, t('key_shown.next_2', { time: duration(shown.link_expires_in) })),
      h('li', {}, t('key_shown.next_3')),
    ),
    resendForm(page, shown.resend_after, () => sendAgain(page)),
  ];
}

/** @param {KeyPage} page */
function keyIsGone(page) {
  const why = /** @type {'key_shown.gone' | undefined} */ (page.state.why);
  const isUsed = page.state.why === 'key_shown.used';
  return [
    h('p', { class: isUsed ? 'notice' : 'notice warning' }, t(why ?? 'key_shown.gone')),
    h(
      'p',
      { class: 'actions' },
      link('/register/identity', t('key_shown.to_identity'), { class: 'button primary' }),
    ),
  ];
}

// The same body has the second mail sent again; it needs no new CAPTCHA.
/** @param {KeyPage} page */
function sendAgain(page) {
  const { token, body } = page.handover;
  return client.submitIdentity({ token, body, signal: page.signal });
}

/** @param {string} key */
async function copy(key) {
  const isCopied = await navigator.clipboard.writeText(key).then(
    () => true,
    () => false,
  );
  const text = t(isCopied ? 'key_shown.copied' : 'key_shown.not_copied');
  byId('copied').textContent = text;
  announce(text);
}

// The key is shown for as long as it is of use: until the second link is over, or the registration
// went on in another window or on another device.
/**
 * @param {KeyPage} page
 * @param {Shown} shown
 */
function watch(page, shown) {
  const { signal } = page;
  page.guarded = true;
  later(signal, shown.link_expires_in, () => hide(page, 'key_shown.over'));
  document.addEventListener('visibilitychange', () => hideIfUsed(page), { signal });
}

/** @param {KeyPage} page */
async function hideIfUsed(page) {
  if (document.hidden || !page.data) return;
  const { token } = page.handover;
  const stage = await unlessLeft(page, client.getRegistrationStage({ token, signal: page.signal }));
  if (!stage?.ok || stage.data.next.path === '/v1/registration/authentication-key') return;
  hide(page, 'key_shown.used');
}

/**
 * @param {KeyPage} page
 * @param {'key_shown.over' | 'key_shown.used'} why
 */
function hide(page, why) {
  page.data = null;
  page.handover = {};
  page.state.why = why;
  page.guarded = false;
  redraw();
}
