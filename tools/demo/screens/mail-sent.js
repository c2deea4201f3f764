// mail-sent.js - "look into your mailbox", after each request that mails something: what to do when
// nothing comes, and the same request once more.

import { client } from '../lib/api.js';
import { h, link } from '../lib/dom.js';
import { duration, t } from '../lib/i18n.js';
import { resendForm } from '../lib/resend.js';
import { go } from '../lib/router.js';
import { mailDomain } from '../lib/society.js';
import { tab } from '../lib/storage.js';

/** @import { Result } from '../lib/api.js' */
/** @import { TextKey } from '../lib/i18n.js' */
/** @import { Screen } from '../lib/router.js' */
/** @import { MailSent } from '../lib/storage.js' */

/**
 * @typedef {object} Answer
 * @property {number} resend_after
 * @property {number} [link_expires_in]
 */
/**
 * @typedef {object} Mail
 * @property {string} from  the screen that asks for it
 * @property {TextKey} sent
 * @property {1} [step]
 * @property {(to: string, signal: AbortSignal) => Promise<Result<Answer>>} send
 */

/** @type {Record<string, Mail>} */
const MAILS = {
  '/register/mail-sent': {
    from: '/register',
    sent: 'mail.invitation',
    step: 1,
    send: (email, signal) => client.requestInvitation({ body: { email }, signal }),
  },
  '/forgot/login-id/mail-sent': {
    from: '/forgot/login-id',
    sent: 'mail.login_id',
    send: (email, signal) => client.requestLoginIdReminder({ body: { email }, signal }),
  },
  '/forgot/password/mail-sent': {
    from: '/forgot/password',
    sent: 'mail.password',
    send: (login_id, signal) => client.requestPasswordReset({ body: { login_id }, signal }),
  },
  '/account-deletion/mail-sent': {
    from: '/account-deletion',
    sent: 'mail.deletion',
    send: (email, signal) => client.requestAccountDeletion({ body: { email }, signal }),
  },
};

/** The screens by their paths. */
export const mailSentScreens = Object.fromEntries(
  Object.entries(MAILS).map(([path, mail]) => [path, mailSent(mail)]),
);

/**
 * Shows the screen of a mail that is on its way.
 *
 * @param {string} path
 * @param {string} to
 * @param {Answer} answer
 */
export function showMailSent(path, to, answer) {
  remember(path, to, answer);
  go(path);
}

/**
 * @param {string} path
 * @param {string} to
 * @param {Answer} answer
 */
function remember(path, to, { resend_after, link_expires_in }) {
  const resend_at = Date.now() + resend_after * 1000;
  tab.set('mail_sent', { path, to, resend_at, resend_after, link_expires_in });
}

/**
 * @param {Mail} mail
 * @returns {Screen<MailSent>}
 */
function mailSent(mail) {
  return {
    title: 'mail.title',
    step: mail.step,
    restart: mail.from,

    async load(page) {
      const sent = tab.get('mail_sent');
      if (sent?.path === page.path) return { ok: true, data: sent };
      await go(mail.from, { replace: true });
      return { ok: true, data: NOTHING };
    },

    view: (page) => [
      h('p', {}, t(mail.sent, { to: page.data.to })),
      page.data.link_expires_in &&
        h('p', {}, t('mail.lives', { time: duration(page.data.link_expires_in) })),
      h('section', { class: 'card' }, h('h2', {}, t('mail.nothing_title')), hints()),
      resendForm(
        page,
        secondsLeft(page.data),
        () => mail.send(page.data.to, page.signal),
        (answer) => remember(page.path, page.data.to, answer),
      ),
      h('ul', { class: 'ways' }, h('li', {}, link(mail.from, t('mail.other')))),
    ],
  };
}

/** @type {MailSent} */
const NOTHING = { path: '', to: '', resend_at: 0, resend_after: 0 };

function hints() {
  const domain = mailDomain();
  const allow = domain ? t('mail.hint_this_domain', { domain }) : t('mail.hint_domain');
  const words = [t('mail.hint_spam'), allow, t('mail.hint_typing')];
  return h(
    'ul',
    {},
    words.map((word) => h('li', {}, word)),
  );
}

// A clock that was set back must not make the member wait for longer than the service does.
/** @param {MailSent} sent */
function secondsLeft({ resend_at, resend_after }) {
  return Math.min(Math.max(0, (resend_at - Date.now()) / 1000), resend_after);
}
