// dialog.js - asks before the member leaves a screen with something that exists nowhere else.

import { button, h } from './dom.js';
import { t } from './i18n.js';

/** @type {Promise<boolean> | null} */
let asking = null;

/** Whether the member wants to leave; Escape stays. Asked twice, it is one question. */
export function confirmLeaving() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

function ask() {
  return new Promise((/** @type {(leaves: boolean) => void} */ answer) => {
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'leave-title', 'aria-describedby': 'leave-text' },
      h('h2', { id: 'leave-title' }, t('leave.title')),
      h('p', { id: 'leave-text' }, t('leave.text')),
      h(
        'p',
        { class: 'actions' },
        button(t('leave.stay'), () => dialog.close('stay'), { class: 'primary', autofocus: true }),
        button(t('leave.leave'), () => dialog.close('leave')),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue === 'leave');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
