// guide.js - how the registration goes, for who reads before beginning.

import { h, link } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** @import { Screen } from '../lib/router.js' */

const STEPS = /** @type {const} */ ([1, 2, 3, 4]);
const ANSWERS = /** @type {const} */ (['mail', 'key', 'family', 'time']);

/** @type {Screen<null>} */
export const guide = {
  title: 'guide.title',

  view: () => [
    h('p', {}, t('guide.intro')),
    h(
      'ol',
      { class: 'card' },
      STEPS.map((step) => h('li', {}, h('strong', {}, t(`step.${step}`)), ' ', t(`guide.${step}`))),
    ),
    h('h2', {}, t('guide.questions')),
    ...ANSWERS.map((name) =>
      h(
        'details',
        { class: 'card' },
        h('summary', {}, t(`guide.${name}`)),
        h('p', {}, t(`guide.${name}_text`)),
      ),
    ),
    h(
      'p',
      { class: 'actions' },
      link('/register', t('login.register'), { class: 'button primary' }),
      link('/login', t('problem.to_login'), { class: 'button' }),
    ),
  ],
};
