// not-found.js - an address that no screen has.

import { h, link } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<null>} */
export const notFound = {
  title: 'not_found.title',

  view: () => [
    h('p', {}, t('not_found.text')),
    h('p', { class: 'actions' }, link('/', t('fatal.home'), { class: 'button primary' })),
  ],
};
