// captcha.js - the CAPTCHA of the identity step: a picture, or the same as speech, and another one
// whenever the member wants it, the service wants it, or the time is over.

import { client } from './api.js';
import { button, h } from './dom.js';
import { unlessLeft } from './form.js';
import { t } from './i18n.js';
import { problemBox } from './problem.js';
import { announce } from './shell.js';
import { later } from './timer.js';

/** @import { Page } from '../lib/router.js' */
/** @import { Problem } from './api.js' */
/** @import { TextKey } from './i18n.js' */

/** @typedef {Page<any>} AnyPage */
/** @typedef {'image' | 'audio'} Kind */
/**
 * @typedef {object} Captcha
 * @property {Kind} kind
 * @property {string} captcha_token
 * @property {string} media_type
 * @property {string} data
 * @property {number} until  when to get another, by performance.now()
 */

/** @type {Record<Kind, { draw: (source: string) => HTMLElement, other: Kind,
 *   again: TextKey, change: TextKey }>} */
const KINDS = {
  image: { draw: picture, other: 'audio', again: 'captcha.new_image', change: 'captcha.to_audio' },
  audio: { draw: sound, other: 'image', again: 'captcha.new_audio', change: 'captcha.to_image' },
};

/**
 * The picture or the sound with its buttons. `page.state.captcha` is the one that is shown, so that
 * it stays when the screen is drawn anew.
 *
 * @param {AnyPage} page
 * @param {string} token  of the identity step
 */
export function captchaPart(page, token) {
  const element = h('div', { class: 'captcha' });
  let isBusy = false;

  /** @param {Kind} kind */
  async function renew(kind) {
    if (isBusy) return;
    isBusy = true;
    const call = client.createCaptcha({ token, body: { kind }, signal: page.signal });
    const result = await unlessLeft(page, call);
    isBusy = false;
    if (!result || !element.isConnected) return; // drawn anew, the screen has another part
    clearAnswer();
    page.state.captcha = result.ok ? { ...result.data, until: endOf(result.data) } : null;
    if (!result.ok) return showFailure(kind, result.problem);
    show(page.state.captcha);
    announce(t(`captcha.${kind}_ready`));
  }

  // A moment before it is over it is replaced, but not under the member's hands.
  /** @param {Captcha} captcha */
  function show(captcha) {
    const { kind, media_type, data, until } = captcha;
    const { draw, other, again, change } = KINDS[kind];
    element.replaceChildren(
      draw(`data:${media_type};base64,${data}`),
      h(
        'p',
        { class: 'actions' },
        button(t(again), () => renew(kind)),
        button(t(change), () => renew(other)),
      ),
    );
    later(page.signal, (until - performance.now()) / 1000, () => {
      if (page.state.captcha === captcha && !page.busy) renew(kind);
    });
  }

  /**
   * @param {Kind} kind
   * @param {Problem} problem
   */
  function showFailure(kind, problem) {
    element.replaceChildren(
      problemBox(page, problem),
      h(
        'p',
        { class: 'actions' },
        button(t('problem.retry'), () => renew(kind)),
      ),
    );
  }

  if (page.state.captcha) show(page.state.captcha);
  else renew('image');
  return { element, renew: () => renew(page.state.captcha?.kind ?? 'image') };
}

// By the clock of the page; a few seconds early.
/** @param {{ expires_at: string, server_time: string }} times */
function endOf({ expires_at, server_time }) {
  const lives_ms = Date.parse(expires_at) - Date.parse(server_time);
  return performance.now() + Math.max(5000, lives_ms - 5000);
}

function clearAnswer() {
  const answer = document.querySelector('input[name="captcha_answer"]');
  if (answer instanceof HTMLInputElement) answer.value = '';
}

/** @param {string} src */
function picture(src) {
  return h('img', { src, alt: t('captcha.image_alt'), class: 'captcha-image' });
}

// It does not speak by itself: the member may use a screen reader that speaks at the same time.
/** @param {string} src */
function sound(src) {
  return h('audio', { src, controls: true, 'aria-label': t('captcha.audio_label') });
}
