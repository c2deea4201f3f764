// resend.js - the button that has a mail sent once more, as soon as the service would send one.

import { h, setDisabled } from './dom.js';
import { form } from './form.js';
import { duration, t } from './i18n.js';
import { announce } from './shell.js';
import { every } from './timer.js';

/** @import { Result } from './api.js' */
/** @import { Page } from './router.js' */

/**
 * @template {{ resend_after: number }} Answer
 * @param {Page<any>} page
 * @param {number} seconds  until it may be pressed
 * @param {() => Promise<Result<Answer>>} send
 * @param {(answer: Answer) => void} [done]
 */
export function resendForm(page, seconds, send, done) {
  const line = h('p', { class: 'hint' });
  const element = form(page, {
    fields: [],
    submit: 'mail.resend',
    isAside: true,
    after: [line],
    send,
    done(answer) {
      done?.(answer);
      announce(t('mail.resent'));
      wait('mail.resent_wait', answer.resend_after);
    },
  });

  /**
   * @param {'mail.resent_wait' | 'mail.resend_wait'} text
   * @param {number} wanted
   */
  function wait(text, wanted) {
    const submit = element.querySelector('button[type="submit"]');
    every(page.signal, wanted, (left) => {
      if (submit) setDisabled(submit, left > 0);
      line.textContent = left > 0 ? t(text, { time: duration(left) }) : '';
    });
  }

  wait('mail.resend_wait', seconds);
  return element;
}
