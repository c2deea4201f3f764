// problem.js - what went wrong, and what the member can do: as a box in a form, or as the whole
// screen where there is nothing else to show.

import { button, h, isDisabled, link, setDisabled } from './dom.js';
import { duration, t } from './i18n.js';
import { every } from './timer.js';

/** @import { Problem } from './api.js' */
/** @import { Page } from './router.js' */

/** @typedef {Page<any>} AnyPage */

/** With these a mailed link, and what hangs on it, is of no use any more. */
const DEAD_LINK = new Set([
  'token_missing',
  'token_invalid',
  'token_expired',
  'token_spent',
  'registration_over',
]);

/** With these the support wants to know which request it was. */
const WITH_REQUEST_ID = new Set(['internal_error', 'unavailable', 'malformed_request']);

/**
 * A result of the app's own, where there is nothing to ask the service.
 *
 * @param {string} code
 * @param {string} title
 * @param {string} detail
 * @returns {{ ok: false, problem: Problem }}
 */
export function ownProblem(code, title, detail) {
  return { ok: false, problem: { code, status: 0, title, detail } };
}

/** @param {Problem} problem */
export function isDeadLink(problem) {
  return DEAD_LINK.has(problem.code);
}

/**
 * The box. It is read out, and takes the focus where no field does.
 *
 * @param {AnyPage} page
 * @param {Problem} problem
 * @param {string[]} [more]  further sentences
 */
export function problemBox(page, problem, more = []) {
  const { attempts_left: left, request_id: id, retry_after: wait } = problem;
  const lines = [
    problem.detail,
    ...more,
    left !== undefined && t('problem.attempts_left', { n: left }),
    id && WITH_REQUEST_ID.has(problem.code) && t('problem.request_id', { id }),
  ];
  return h(
    'div',
    { class: 'problem', tabindex: -1 },
    h(
      'div',
      { role: 'alert' },
      h('p', {}, h('strong', {}, problem.title)),
      lines.map((line) => line && h('p', {}, line)),
      wait && h('p', { class: 'unseen' }, t('problem.wait', { time: duration(wait) })),
    ),
    wait && waitLine(page.signal, wait),
  );
}

/**
 * The whole screen: the problem, and the ways on.
 *
 * @param {AnyPage} page
 * @param {Problem} problem
 * @param {() => void} retry
 */
export function failure(page, problem, retry) {
  const ways = isDeadLink(problem) ? waysFromDeadLink(page) : waysToRetry(page, problem, retry);
  return [problemBox(page, problem), h('p', { class: 'actions' }, ways)];
}

/** @param {AnyPage} page */
function waysFromDeadLink(page) {
  const { restart } = page.screen;
  return [
    restart && link(restart, t('problem.restart'), { class: 'button primary' }),
    link('/login', t('problem.to_login'), { class: 'button' }),
  ];
}

// Back on the net, the screen comes by itself.
/**
 * @param {AnyPage} page
 * @param {Problem} problem
 * @param {() => void} retry
 */
function waysToRetry(page, problem, retry) {
  const { signal } = page;
  const again = button(t('problem.retry'), () => isDisabled(again) || retry(), {
    class: 'primary',
  });
  if (problem.code === 'offline') addEventListener('online', retry, { signal, once: true });
  if (problem.retry_after) {
    every(signal, problem.retry_after, (left) => setDisabled(again, left > 0));
  }
  return [again];
}

// The seconds go down before the eyes; a screen reader heard them once.
/**
 * @param {AbortSignal} signal
 * @param {number} seconds
 */
function waitLine(signal, seconds) {
  const line = h('p', { 'aria-hidden': 'true' });
  every(signal, seconds, (left) => {
    line.textContent = left > 0 ? t('problem.wait', { time: duration(left) }) : t('problem.waited');
  });
  return line;
}
