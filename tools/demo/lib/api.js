// api.js - the client of the API. The one place that imports the client library.

import { createClient, tokenFromLocation } from '/client/index.js';
import { language } from './i18n.js';

export { tokenFromLocation };

/**
 * @typedef {object} FieldError
 * @property {string} field
 * @property {string} detail
 * @property {number} [min]
 * @property {number} [max]
 */
/**
 * What the screens read of a problem; `code` decides, `title` and `detail` are for the member.
 *
 * @typedef {object} Problem
 * @property {string} code
 * @property {number} status  0 where no answer came
 * @property {string} title
 * @property {string} detail
 * @property {number} [retry_after]
 * @property {number} [attempts_left]
 * @property {FieldError[]} [errors]
 * @property {string} [request_id]
 */
/**
 * @template T
 * @typedef {{ ok: true, data: T } | { ok: false, problem: Problem }} Result
 */

/** @type {ReturnType<typeof createClient>} */
export let client;

/** @type {string} */
let baseUrl;

/**
 * Reads where the API is, and makes the client.
 *
 * @param {(problem: Problem) => void} onSessionEnd  the session was ended elsewhere, or is over
 */
export async function startApi(onSessionEnd) {
  const response = await fetch('/app-config.json', { cache: 'no-store' });
  baseUrl = (await response.json()).api;
  client = createClient({ baseUrl, language, session: 'cookie', onSessionEnd });
}

/**
 * Whether the browser keeps the cookie of the session. Another client, which holds no access token,
 * refreshes by it: just as this page will when it is loaded again.
 */
export async function sessionIsKept() {
  const probe = createClient({ baseUrl, language, session: 'cookie' });
  const result = await probe.resume();
  probe.forget();
  return result.ok || result.problem.code !== 'login_required';
}
