// session.js - the member's session as one page or program knows it: the access token in memory,
// the refresh by cookie or by a stored token, and the end, which is said once.

import { abortable, exchange } from './exchange.js';
import { operations } from './operations.js';
import { clientProblem } from './problems.js';
import { inTurn, openChannel } from './turns.js';

const AHEAD_MS = 60_000; // an access token is refreshed so long before its end; a short one at 3/4
const REFRESH_TIMEOUT_MS = 10_000; // all repeats come within the 30 seconds of an old refresh token

export function createSession(api, { byCookie, tokenStore, onSessionEnd }) {
  const credentials = byCookie ? 'include' : 'omit';
  let access = null; // { token, ahead, over }: refresh when, good until when, by performance.now()
  let refreshing = null; // one refresh for all calls of this client that need it
  let kept; // the newest refresh token; null after a log-out, undefined if not known
  let stored; // what the store holds: an older one if save() failed; undefined if not known
  let leaving = false; // the member logs out: an end is no news

  // Another tab logged in or out: the cookie is another session's by now, or there is none.
  const tabs = byCookie && api.page ? openChannel(api.name) : null;
  if (tabs) tabs.onmessage = () => access && ended(access, needed().problem);

  const crossSite = async () => clientProblem('cross_site', api.language());
  const needed = () => clientProblem('session_needed', api.language());
  const send = (name, input) => exchange(api, operations[name], { ...input, credentials });

  // What reads or writes the refresh token: one at a time, here and in all tabs. All tries of a call
  // end within three time-outs.
  function exclusive(work) {
    return inTurn(byCookie ? api.name : tokenStore, api.page && api.name, 3 * api.timeoutMs, work);
  }

  // What save() failed to replace is older than `kept`, also where it could never be read. Anything
  // else, another client has stored.
  async function load() {
    try {
      const found = (await tokenStore.load()) ?? null;
      const isOlder = stored === undefined || found === stored;
      if (isOlder && stored !== kept) await save(kept);
      else kept = stored = found;
    } catch (error) {
      console.error('myportal-client: tokenStore.load() failed', error);
    }
    return kept ?? null;
  }

  async function save(token) {
    kept = token;
    try {
      await tokenStore.save(token);
      stored = token;
    } catch (error) {
      console.error('myportal-client: tokenStore.save() failed', error);
    }
  }

  // The new refresh token is stored before the access token is used: the old one is of no use now.
  // `expires_in` counts on a clock that nobody sets.
  async function keep(data) {
    const lives = data.expires_in * 1000;
    const over = performance.now() + lives;
    if (!byCookie) await save(data.refresh_token ?? null);
    return { token: data.access_token, ahead: over - Math.min(AHEAD_MS, lives / 4), over };
  }

  async function drop() {
    forget();
    if (kept) await save(null);
  }

  function forget() {
    access = null;
    refreshing = null; // one on its way brings its access token to nobody
  }

  // The session of this access token has ended. A newer session has not.
  async function ended(was, problem) {
    if (access !== was) return;
    await drop();
    if (was && !leaving) queueMicrotask(() => onSessionEnd?.(problem));
  }

  async function refreshNow(was, isWanted) {
    const body = byCookie ? {} : { refresh_token: await load() };
    const timeoutMs = Math.min(api.timeoutMs, REFRESH_TIMEOUT_MS);
    const result =
      body.refresh_token === null ? needed() : await send('refreshSession', { body, timeoutMs });
    if (result.ok) {
      const next = await keep(result.data);
      if (isWanted()) access = next;
    } else if (isOver(result)) {
      await ended(was, result.problem);
    }
    return result;
  }

  function refresh(signal) {
    if (api.crossSite) return crossSite();
    if (!refreshing) {
      const was = access;
      const mine = exclusive(() => refreshNow(was, () => refreshing === mine)).finally(() => {
        if (refreshing === mine) refreshing = null;
      });
      refreshing = mine;
    }
    return abortable(refreshing, signal);
  }

  // Null when an access token is held that one more call may use, else the problem.
  async function ready(signal) {
    if (!access) return needed();
    if (performance.now() < access.ahead) return null;
    const result = await refresh(signal);
    if (access && (result.ok || performance.now() < access.over)) return null;
    return result.ok ? needed() : result;
  }

  async function accessToken({ signal } = {}) {
    return (await ready(signal)) ?? { ok: true, data: access.token };
  }

  // A call with the access token; once more with the next one if it has expired on the way.
  async function asMember(call, signal) {
    const problem = await ready(signal);
    if (problem) return problem;
    let was = access;
    let result = await call(was.token);
    if (result.problem?.code === 'access_token_expired') {
      if (access === was) {
        const refreshed = await refresh(signal);
        if (!refreshed.ok) return refreshed;
      }
      if (!access) return needed();
      was = access;
      result = await call(was.token);
    }
    if (result.problem?.code === 'login_required') await ended(was, result.problem);
    return result;
  }

  function logIn({ body, signal } = {}) {
    if (api.crossSite) return crossSite();
    const work = async () => {
      const refresh = byCookie ? 'cookie' : 'body';
      if (!byCookie) await load(); // so that what save() replaces is known
      const result = await send('logIn', { body: { ...body, refresh }, signal });
      if (!result.ok) return result;
      forget();
      access = await keep(result.data);
      tabs?.postMessage(null);
      return result;
    };
    return abortable(exclusive(work), signal);
  }

  // A call after whose success, or `done`, nobody is logged in any longer.
  function leave(name, input, done) {
    const work = async () => {
      const result = await send(name, input);
      if (!result.ok && result.problem.code !== done) return result;
      await drop();
      tabs?.postMessage(null);
      return { ok: true, data: undefined };
    };
    return abortable(exclusive(work), input.signal);
  }

  // Whoever is logged out already has what was asked for.
  async function logOut({ signal } = {}) {
    const call = (bearer) => leave('logOut', { bearer, signal }, 'login_required');
    leaving = true;
    try {
      const result = await (byCookie ? logOutByCookie(call) : logOutByToken(call, signal));
      return isOver(result) ? { ok: true, data: undefined } : result;
    } finally {
      leaving = false;
    }
  }

  async function logOutByCookie(call) {
    const result = await call(access?.token);
    return result.problem?.code === 'access_token_expired' ? call() : result;
  }

  async function logOutByToken(call, signal) {
    const refreshed = access ? null : await refresh(signal);
    return refreshed && !refreshed.ok ? refreshed : asMember(call, signal);
  }

  function deleteAccount({ body, signal } = {}) {
    return asMember((bearer) => leave('deleteAccount', { body, bearer, signal }), signal);
  }

  return {
    logIn,
    logOut,
    deleteAccount,
    refreshSession: ({ signal } = {}) => refresh(signal),
    accessToken,
    asMember,
    forget,
    isLoggedIn: () => access !== null,
  };
}

function isOver(result) {
  return ['login_required', 'session_needed'].includes(result.problem?.code);
}
