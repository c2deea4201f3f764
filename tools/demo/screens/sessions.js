// sessions.js - where the member is logged in, and how to end that.

import { actionButton } from '../lib/action.js';
import { client } from '../lib/api.js';
import { button, h, link } from '../lib/dom.js';
import { moment, t } from '../lib/i18n.js';
import { go } from '../lib/router.js';
import { logOut } from '../lib/session.js';

/** @import { Page, Screen } from '../lib/router.js' */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {boolean} current
 * @property {string} device
 * @property {string} created_at
 * @property {string} used_at
 */
/** @typedef {Page<{ sessions: Session[] }>} SessionsPage */

/** @type {Screen<{ sessions: Session[] }>} */
export const sessions = {
  title: 'sessions.title',
  member: true,
  load: (page) => client.listSessions({ signal: page.signal }),

  view: (page) => [
    h('p', {}, t('sessions.intro')),
    h(
      'ul',
      { class: 'sessions' },
      page.data.sessions.map((session) => item(page, session)),
    ),
    page.data.sessions.length > 1 &&
      actionButton(page, {
        label: t('sessions.end_others'),
        send: () => client.endOtherSessions({ signal: page.signal }),
        done: shownAgain,
      }),
    h(
      'ul',
      { class: 'ways' },
      h('li', {}, button(t('session.log_out'), logOut, { class: 'as-link' })),
      h('li', {}, link('/', t('home.back'))),
    ),
  ],
};

/**
 * @param {SessionsPage} page
 * @param {Session} session
 */
function item(page, session) {
  const { id } = session;
  const device = session.device || t('sessions.unknown');
  return h(
    'li',
    { class: 'card' },
    h('h2', {}, device),
    session.current && h('p', { class: 'badge' }, t('sessions.current')),
    h('p', {}, t('sessions.used', { time: moment(session.used_at) })),
    h('p', { class: 'hint' }, t('sessions.since', { time: moment(session.created_at) })),
    !session.current &&
      actionButton(page, {
        label: t('sessions.end'),
        attributes: { 'aria-label': t('sessions.end_what', { device }) },
        send: () => client.endSession({ id, signal: page.signal }),
        done: shownAgain,
        isDone: (problem) => problem.code === 'not_found', // it has ended meanwhile
      }),
  );
}

function shownAgain() {
  go('/sessions', { replace: true, handover: { notice: 'sessions.ended' } });
}
