// session.js - the end of a session, wherever it comes from.

import { client } from './api.js';
import { askForLogin, go, isMemberPath, reload } from './router.js';
import { warn } from './shell.js';
import { forgetTyped } from './storage.js';

/** @import { Problem } from './api.js' */

/**
 * @typedef {object} Profile
 * @property {string} login_id
 * @property {string} nickname
 * @property {string} email
 * @property {string | null} pending_email
 * @property {string} insured_number  masked
 * @property {'ja' | 'en'} language
 * @property {string} created_at
 * @property {string} password_changed_at
 * @property {string | null} eligible_until  the first day without, as the next
 * @property {string | null} access_until
 */

/** Logs out. Without an answer the member is told that the session may go on. */
export async function logOut() {
  const result = await client.logOut();
  warn('warning.log_out', !result.ok);
  if (!result.ok) return;
  forgetTyped();
  return go('/login', { handover: { notice: 'session.logged_out' } });
}

/**
 * The session has ended elsewhere: the login, and then the screen where the member was. If another
 * tab logged out or in, the cookie tells who is logged in by now.
 *
 * @param {Problem} problem
 */
export async function onSessionEnd({ code }) {
  forgetTyped();
  const path = location.pathname;
  if (!isMemberPath(path)) return;
  const goesOn = code === 'session_needed' && (await client.resume()).ok;
  if (path !== location.pathname) return;
  if (goesOn) reload();
  else askForLogin(path, { notice: 'session.ended' });
}
