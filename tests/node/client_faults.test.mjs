// client_faults.test.mjs - what networks, proxies and clocks do to the client library: the service
// is real, a proxy between the two makes the faults.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { createClient } from '../../tools/client/src/index.js';
import {
  answerWith,
  cutAnswer,
  cutBody,
  cutRequest,
  gate,
  problem,
  silence,
  startProxy,
} from './fault_proxy.mjs';
import { API, API_10S, PASSWORD, good, mailedToken, newAddress, register } from './service.mjs';

const HTML = answerWith(502, 'text/html', '<h1>Bad Gateway</h1>');
const PORTAL = answerWith(200, 'text/html', '<h1>Wi-Fi: please log in</h1>');
const DAY_MS = 86_400_000;

let member; // a login ID
const atLast = [];
let sleeper; // a client whose access token has ended when the last test begins

before(async () => {
  const client = createClient({ baseUrl: API, session: 'body' });
  const [login_id, sleepersLoginId] = [await register(client), await register(client)];
  member = login_id;
  const whole = { after: (close) => atLast.push(close) };
  sleeper = { since: performance.now(), ...(await behindProxy(whole, { upstream: API_10S })) };
  good(await logIn(sleeper.client, sleepersLoginId));
});

after(() => atLast.forEach((close) => close()));

function logIn(client, login_id = member) {
  return client.logIn({ body: { login_id, password: PASSWORD } });
}

async function loggedIn(options) {
  const client = createClient({ session: 'body', ...options });
  good(await logIn(client));
  return client;
}

// A client behind a proxy; `log` has what it said, of the session and to its store.
async function behindProxy(t, { upstream, ...options } = {}) {
  const proxy = await startProxy(t, { upstream });
  const log = { ends: [], saved: [] };
  const tokenStore = {
    load: async () => log.saved.at(-1) ?? null,
    save: async (token) => log.saved.push(token),
  };
  const client = createClient({
    baseUrl: proxy.url,
    session: 'body',
    language: 'en',
    onSessionEnd: (problem) => log.ends.push(problem.code),
    tokenStore,
    ...options,
  });
  return { client, proxy, log, tokenStore };
}

async function memberBehindProxy(t, options) {
  const all = await behindProxy(t, options);
  good(await logIn(all.client));
  return all;
}

// For the rest of the test performance.now() is what `clock` makes of it.
function setClock(t, clock) {
  const device = Object.getOwnPropertyDescriptor(globalThis, 'performance');
  const { performance: real } = globalThis;
  const value = { now: () => clock(real.now()) };
  Object.defineProperty(globalThis, 'performance', { value, configurable: true });
  t.after(() => Object.defineProperty(globalThis, 'performance', device));
}

const shifted = (ms) => (now) => now + ms;
const standing = (at) => () => at;

// --- lost answers --------------------------------------------------------------------------------

test('faults: a lost answer is asked for again, and the service does nothing twice', async (t) => {
  const { client, proxy } = await behindProxy(t);
  const email = newAddress();
  proxy.fault(/registration\/email/, cutAnswer, cutAnswer);
  good(await client.requestInvitation({ body: { email } }));
  assert.equal(proxy.count(/registration\/email/), 3);
  await mailedToken(email, 1);
});

test('faults: three tries, and then it says so', async (t) => {
  const { client, proxy } = await behindProxy(t);
  proxy.fault(/jwks/, cutRequest, cutRequest, cutRequest);
  const { problem } = await client.getJwks();
  assert.equal(problem.code, 'network_error');
  assert.equal(problem.status, 0);
  assert.equal(problem.title, 'The server could not be reached');
  assert.ok(problem.cause instanceof Error);
  const [first, second, third] = proxy.seen.map(({ at }) => at);
  assert.equal(proxy.seen.length, 3);
  assert.ok(second - first >= 490 && third - second >= 990, 'the pauses are doubled');
});

test('faults: a login, a new password and a deletion are not sent again', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  proxy.fault(/POST \/v1\/sessions$/, cutRequest);
  assert.equal((await logIn(client)).problem.code, 'network_error');
  proxy.fault(/PUT \/v1\/me\/password/, HTML);
  const change = { current_password: 'x', password: PASSWORD, password_confirmation: PASSWORD };
  assert.equal((await client.changePassword({ body: change })).problem.code, 'unreadable_answer');
  proxy.fault(/DELETE \/v1\/me$/, problem(503, 'unavailable', { 'Retry-After': '1' }));
  const { code } = (await client.deleteAccount({ body: { current_password: 'x' } })).problem;
  assert.equal(code, 'unavailable');
  const calls = proxy.seen.map(({ call }) => call).slice(1);
  assert.deepEqual(calls, ['POST /v1/sessions', 'PUT /v1/me/password', 'DELETE /v1/me']);
});

test('faults: a session that a lost try has ended is ended', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  await loggedIn({ baseUrl: API });
  const { sessions } = good(await client.listSessions());
  const other = sessions.find(({ current }) => !current);
  proxy.fault(/DELETE/, cutAnswer);
  good(await client.endSession({ id: other.id }));
  assert.equal(proxy.count(/DELETE/), 2);
  assert.equal((await client.endSession({ id: other.id })).problem.code, 'not_found');
});

test('faults: who has logged out by a lost try is logged out', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  proxy.fault(/DELETE/, cutAnswer);
  good(await client.logOut());
  assert.equal(client.isLoggedIn, false);
  assert.deepEqual(log.saved.at(-1), null);
  assert.deepEqual(log.ends, []);
});

test('faults: a lost refresh is sent again, and the session goes on', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  proxy.fault(/refresh/, cutAnswer, cutAnswer);
  good(await client.resume());
  const bodies = proxy.seen.filter(({ call }) => /refresh/.test(call)).map(({ body }) => body);
  assert.equal(new Set(bodies).size, 1);
  assert.equal(bodies.length, 3);
  assert.notEqual(log.saved[1], log.saved[0]);
  good(await client.getProfile());
  good(await client.resume());
});

// --- answers that are none of the service's ------------------------------------------------------

test('faults: a 503 is asked again after Retry-After, a long one is told', async (t) => {
  const { client, proxy } = await behindProxy(t);
  proxy.fault(/jwks/, problem(503, 'overloaded', { 'Retry-After': '1' }));
  good(await client.getJwks());
  assert.ok(proxy.seen[1].at - proxy.seen[0].at >= 990);
  proxy.fault(/jwks/, problem(503, 'unavailable', { 'Retry-After': '60' }));
  const result = await client.getJwks();
  assert.equal(result.problem.code, 'unavailable');
  assert.equal(result.problem.retry_after, 60);
  assert.equal(proxy.seen.length, 3);
});

test('faults: what the service says when it could not do the work is sent again', async (t) => {
  const { client, proxy } = await behindProxy(t);
  const said = [
    [408, 'request_timeout'],
    [500, 'internal_error'],
    [502, 'stopping'],
    [503, 'unavailable'],
    [503, 'overloaded'],
  ];
  for (const [at, [status, code]] of said.entries()) {
    proxy.fault(/jwks/, problem(status, code));
    good(await client.getJwks());
    assert.equal(proxy.seen.length, 2 * (at + 1), code);
  }
});

test('faults: what only a person can mend is not sent again', async (t) => {
  const { client, proxy } = await behindProxy(t);
  proxy.fault(/email/, problem(429, 'too_many_tries', { 'Retry-After': '1' }));
  const result = await client.requestInvitation({ body: { email: newAddress() } });
  assert.equal(result.problem.code, 'too_many_tries');
  assert.equal(result.problem.retry_after, 1);
  assert.equal(result.problem.response.status, 429);
  const wrong = await client.requestInvitation({ body: { email: 'nobody' } });
  assert.equal(wrong.problem.errors[0].code, 'bad_format');
  assert.equal(wrong.problem.errors[0].field, 'email');
  assert.match(wrong.problem.request_id, /^[0-9a-f]{16}$/);
  assert.equal(proxy.seen.length, 2);
});

test('faults: HTML, and JSON that is broken or no object, are unreadable', async (t) => {
  const { client, proxy } = await behindProxy(t);
  const json = (text) => answerWith(200, 'application/json', text);
  proxy.fault(/jwks/, HTML, cutBody);
  good(await client.getJwks()); // at the third try
  const mislabelled = answerWith(200, 'text/html', '{"keys":[]}');
  const answers = [PORTAL, mislabelled, cutBody, json('[]'), json('null'), json('')];
  await Promise.all(
    answers.map(async (answer) => {
      const other = await behindProxy(t);
      other.proxy.fault(/jwks/, answer, answer, answer);
      const { problem } = await other.client.getJwks();
      assert.equal(problem.code, 'unreadable_answer');
      assert.equal(problem.status, 0);
      assert.equal(problem.response.status, 200);
      assert.match(problem.detail, /Wi-Fi/);
      assert.equal(other.proxy.seen.length, 3);
    }),
  );
});

test('faults: a text comes as it is, and a page of HTML is none', async (t) => {
  const { client, proxy } = await behindProxy(t);
  const contract = await readFile(new URL('../../openapi.yaml', import.meta.url), 'utf8');
  assert.equal(good(await client.getOpenapi()), contract);
  proxy.fault(/openapi/, PORTAL, PORTAL, PORTAL);
  assert.equal((await client.getOpenapi()).problem.code, 'unreadable_answer');
});

test('faults: a page of HTML in the place of 204 is no success', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  proxy.fault(/pending-email/, PORTAL, PORTAL, PORTAL);
  assert.equal((await client.withdrawEmailChange()).problem.code, 'unreadable_answer');
  good(await client.withdrawEmailChange());
});

test('faults: a redirect is not followed, and no token goes there', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const away = answerWith(302, 'text/html', '', { Location: `${proxy.url}/elsewhere` });
  proxy.fault(/\/me$/, away, away, away);
  assert.equal((await client.getProfile()).problem.code, 'network_error');
  assert.equal(proxy.count(/elsewhere/), 0);
});

test('faults: a server that does not answer is given up, after one more try', async (t) => {
  const timeoutMs = 1500;
  const [once, always] = await Promise.all([1, 2].map(() => behindProxy(t, { timeoutMs })));
  once.proxy.fault(/jwks/, silence);
  always.proxy.fault(/jwks/, silence, silence, silence);
  const answered = once.client.getJwks();
  const begun = performance.now();
  assert.equal((await always.client.getJwks()).problem.code, 'timeout');
  assert.ok(performance.now() - begun < 3 * timeoutMs);
  assert.equal(always.proxy.seen.length, 2);
  good(await answered);
});

test('faults: no server at all, and an answer to a try before does not deceive', async () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:9', session: 'body', timeoutMs: 1000 });
  const { problem } = await client.getJwks();
  assert.equal(problem.code, 'network_error');
  assert.equal(problem.title, 'サーバーに接続できませんでした');
});

// --- aborts --------------------------------------------------------------------------------------

test('faults: an abort rejects with its reason, whenever it comes, at once', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const reason = new Error('the page was left');
  await assert.rejects(client.getJwks({ signal: AbortSignal.abort(reason) }), reason);
  assert.equal(proxy.seen.length, 1);

  const begun = performance.now();
  const body = { current_password: 'x', password: 'x', password_confirmation: 'x' };
  for (const call of [client.getJwks, client.changePassword, client.deleteAccount]) {
    const whileSent = new AbortController();
    proxy.fault(/./, async () => whileSent.abort(reason));
    await assert.rejects(call({ body, signal: whileSent.signal }), reason);
  }

  const inPause = new AbortController();
  proxy.fault(/jwks/, async (exchange) => {
    setTimeout(() => inPause.abort(reason), 100);
    await problem(503, 'unavailable', { 'Retry-After': '4' })(exchange);
  });
  await assert.rejects(client.getJwks({ signal: inPause.signal }), reason);
  assert.equal(proxy.seen.length, 5);
  assert.ok(performance.now() - begun < 3500, 'neither time-out nor pause was waited for');
});

test('faults: one call gives up waiting for a refresh, the other goes on', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  setClock(t, shifted(595_000));
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  const leaves = new AbortController();
  const first = client.getProfile({ signal: leaves.signal });
  const second = client.getProfile();
  await held.reached;
  leaves.abort();
  await assert.rejects(first, { name: 'AbortError' });
  held.open();
  good(await second);
  assert.equal(proxy.count(/refresh/), 1);
});

test('faults: a login that was given up while it waited for its turn is not sent', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  const refresh = client.resume();
  await held.reached;
  const leaves = new AbortController();
  const login = client.logIn({
    body: { login_id: member, password: PASSWORD },
    signal: leaves.signal,
  });
  leaves.abort();
  await assert.rejects(login, { name: 'AbortError' });
  held.open();
  good(await refresh);
  good(await client.resume());
  assert.equal(proxy.count(/POST \/v1\/sessions$/), 1);
});

// --- refresh -------------------------------------------------------------------------------------

test('refresh: many calls at once need one', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  setClock(t, shifted(545_000)); // of 600 seconds
  const results = await Promise.all(Array.from({ length: 20 }, () => client.getProfile()));
  results.forEach(good);
  assert.equal(proxy.count(/refresh/), 1);
  assert.equal(proxy.seen[1].call, 'POST /v1/sessions/refresh');
});

test('refresh: not before it is time', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  setClock(t, shifted(535_000));
  good(await client.getProfile());
  assert.equal(proxy.count(/refresh/), 0);
});

test('refresh: other services get an access token that is good for a while', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const first = good(await client.accessToken());
  assert.equal(good(await client.accessToken()), first);
  setClock(t, shifted(545_000));
  const next = good(await client.accessToken());
  assert.notEqual(next, first);
  assert.equal(proxy.count(/refresh/), 1);
  client.forget();
  assert.equal((await client.accessToken()).problem.code, 'session_needed');
});

test('refresh: a device whose date is put a day ahead or back', async (t) => {
  const { now } = Date;
  t.after(() => {
    Date.now = now;
  });
  const [ahead, back] = await Promise.all([1, 2].map(() => memberBehindProxy(t)));
  Date.now = () => now() + DAY_MS;
  good(await ahead.client.getProfile());
  assert.equal(ahead.proxy.count(/refresh/), 0);
  Date.now = () => now() - DAY_MS;
  setClock(t, shifted(545_000));
  good(await back.client.getProfile());
  assert.equal(back.proxy.count(/refresh/), 1);
});

test('refresh: what is expired again after it is told', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const expired = problem(401, 'access_token_expired');
  proxy.fault(/\/me$/, expired, expired);
  assert.equal((await client.getProfile()).problem.code, 'access_token_expired');
  assert.equal(proxy.count(/refresh/), 1);
  assert.equal(client.isLoggedIn, true);
});

test('refresh: it fails while the access token is good: the call is made', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  setClock(t, shifted(560_000));
  proxy.fault(/refresh/, cutRequest, cutRequest, cutRequest);
  good(await client.getProfile());
  good(await client.getProfile());
  assert.equal(proxy.count(/refresh/), 4);
});

test('refresh: it fails and the access token is over: nobody is logged out', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  setClock(t, shifted(601_000));
  proxy.fault(/refresh/, HTML, HTML, HTML);
  assert.equal((await client.getProfile()).problem.code, 'unreadable_answer');
  assert.equal(client.isLoggedIn, true);
  assert.deepEqual(log.ends, []);
  good(await client.getProfile());
});

test('refresh: two clients of one store take turns', async (t) => {
  const { client, proxy, log, tokenStore } = await memberBehindProxy(t);
  const other = createClient({ baseUrl: proxy.url, session: 'body', tokenStore });
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  const both = [client.resume(), other.resume()];
  await held.reached;
  assert.equal(proxy.count(/refresh/), 1);
  held.open();
  (await Promise.all(both)).forEach(good);
  const sent = proxy.seen.filter(({ call }) => /refresh/.test(call)).map(({ body }) => body);
  const kept = log.saved.slice(0, 2);
  assert.deepEqual(sent, kept.map((refresh_token) => JSON.stringify({ refresh_token })));
  good(await client.resume());
  good(await other.getProfile());
});

test('refresh: clients of two members do not wait for one another', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  let isOver = false;
  const refresh = client.resume().finally(() => {
    isOver = true;
  });
  await held.reached;
  const other = await loggedIn({ baseUrl: proxy.url });
  good(await other.resume());
  assert.equal(isOver, false);
  held.open();
  good(await refresh);
});

test('refresh: a login waits for one that is on its way, and wins', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  const refresh = client.resume();
  await held.reached;
  const login = logIn(client);
  held.open();
  good(await refresh);
  const tokens = good(await login);
  assert.equal(log.saved.at(-1), tokens.refresh_token);
  good(await client.getProfile());
  assert.equal(proxy.seen.at(-1).authorization, `Bearer ${tokens.access_token}`);
});

test('refresh: one that ends after forget() is kept in the store alone', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  const held = gate();
  proxy.fault(/refresh/, held.fault);
  const refresh = client.resume();
  await held.reached;
  client.forget();
  held.open();
  const { refresh_token } = good(await refresh);
  assert.equal(client.isLoggedIn, false);
  assert.equal((await client.getProfile()).problem.code, 'session_needed');
  assert.equal(log.saved.at(-1), refresh_token);
  good(await client.resume());
  assert.equal(client.isLoggedIn, true);
});

test('refresh: a store that fails costs nobody the session', async (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const fail = async () => {
    throw new Error('locked');
  };
  const { client } = await memberBehindProxy(t, { tokenStore: { load: fail, save: fail } });
  good(await client.resume());
  good(await client.resume());
  good(await client.logOut());
  assert.match(said.mock.calls[0].arguments[0], /tokenStore/);
});

// A member behind a proxy whose store fails at each save() for which `fails` has a `true`, and at
// each load() likewise. `sent()` has the refresh tokens of all refreshes, `saved` what was stored.
async function withFailingStore(t, { fails, loadFails = [], saved = [] }) {
  const said = t.mock.method(console, 'error', () => {});
  const tokenStore = {
    load: async () => {
      if (loadFails.shift()) throw new Error('locked');
      return saved.at(-1) ?? null;
    },
    save: async (token) => {
      if (fails.shift()) throw new Error('locked');
      saved.push(token);
    },
  };
  const { client, proxy } = await behindProxy(t, { tokenStore });
  const login = good(await logIn(client));
  const sent = () =>
    proxy.seen
      .filter(({ call }) => /refresh/.test(call))
      .map(({ body }) => JSON.parse(body).refresh_token);
  return { client, login, saved, sent, said, tokenStore };
}

test('refresh: what could not be stored once is sent and stored at the next one', async (t) => {
  const fails = [false, true, true];
  const { client, login, saved, sent, said } = await withFailingStore(t, { fails });
  const second = good(await client.resume()).refresh_token;
  const third = good(await client.resume()).refresh_token; // the store fails again
  const fourth = good(await client.resume()).refresh_token;
  assert.deepEqual(sent(), [login.refresh_token, second, third]);
  assert.deepEqual(saved, [login.refresh_token, third, fourth]);
  assert.equal(said.mock.callCount(), 2);
});

test('refresh: so is a login over an old session, and nothing after a log-out', async (t) => {
  const saved = ['of an old session'];
  const { client, login, sent } = await withFailingStore(t, { fails: [true, false, false, true], saved });
  good(await client.resume());
  assert.deepEqual(sent(), [login.refresh_token]);
  good(await client.logOut());
  assert.notEqual(saved.at(-1), null);
  assert.equal((await client.resume()).problem.code, 'session_needed');
  assert.equal(saved.at(-1), null);
});

test('refresh: so is a login over a session that could not be read', async (t) => {
  const old = good(await logIn(createClient({ baseUrl: API, session: 'body' }))).refresh_token;
  const saved = [old];
  const { client, login, sent } = await withFailingStore(t, { fails: [true], loadFails: [true], saved });
  const next = good(await client.resume()).refresh_token;
  assert.deepEqual(sent(), [login.refresh_token]);
  assert.deepEqual(saved, [old, login.refresh_token, next]);
});

test('refresh: a session that could not be read does not come back after a log-out', async (t) => {
  const saved = [good(await logIn(createClient({ baseUrl: API, session: 'body' }))).refresh_token];
  const fails = [true, true];
  const { client, sent } = await withFailingStore(t, { fails, loadFails: [true], saved });
  good(await client.logOut());
  assert.equal((await client.resume()).problem.code, 'session_needed');
  assert.deepEqual(sent(), []);
  assert.equal(saved.at(-1), null);
});

test('refresh: a store that cannot be read at first keeps what it has', async (t) => {
  const { login, saved, tokenStore } = await withFailingStore(t, { fails: [] });
  const { load } = tokenStore;
  const reloaded = createClient({ baseUrl: API, session: 'body', tokenStore });
  tokenStore.load = async () => {
    throw new Error('locked');
  };
  assert.equal((await reloaded.resume()).problem.code, 'session_needed');
  tokenStore.load = load;
  assert.deepEqual(saved, [login.refresh_token]);
  good(await reloaded.resume());
});

test('refresh: what another client has stored meanwhile is the newer one', async (t) => {
  const { client, saved, tokenStore } = await withFailingStore(t, { fails: [false, true] });
  good(await client.resume());
  const other = await loggedIn({ baseUrl: API, tokenStore });
  good(await client.resume());
  assert.equal(saved.length, 3); // two logins, and the refresh of the second one's session
  good(await other.resume());
  good(await client.getProfile());
});

// --- the end of a session ------------------------------------------------------------------------

test('session: its end is said once', async (t) => {
  const { client, log } = await memberBehindProxy(t);
  const other = await loggedIn({ baseUrl: API });
  good(await other.endOtherSessions());
  const results = await Promise.all(Array.from({ length: 5 }, () => client.getProfile()));
  assert.deepEqual([...new Set(results.map((result) => result.problem.code))], ['login_required']);
  assert.equal((await client.getProfile()).problem.code, 'session_needed');
  assert.deepEqual(log.ends, ['login_required']);
  assert.equal(client.isLoggedIn, false);
  assert.equal(log.saved.at(-1), null);
});

test('session: so is one that the refresh finds', async (t) => {
  const { client, log } = await memberBehindProxy(t);
  const other = await loggedIn({ baseUrl: API });
  good(await other.endOtherSessions());
  setClock(t, shifted(601_000));
  const results = await Promise.all([client.getProfile(), client.resume(), client.listSessions()]);
  assert.deepEqual([...new Set(results.map((result) => result.problem.code))], ['login_required']);
  assert.deepEqual(log.ends, ['login_required']);
});

test('session: the end of an old one ends no new one', async (t) => {
  const { client, proxy, log } = await memberBehindProxy(t);
  const held = gate();
  const other = await loggedIn({ baseUrl: API });
  good(await other.endOtherSessions());
  proxy.fault(/\/me$/, held.fault);
  const call = client.getProfile();
  await held.reached;
  good(await logIn(client));
  held.open();
  assert.equal((await call).problem.code, 'login_required');
  assert.equal(client.isLoggedIn, true);
  assert.deepEqual(log.ends, []);
  good(await client.getProfile());
});

test('session: whoever has only the stored token logs out, too', async (t) => {
  const { proxy, log, tokenStore } = await memberBehindProxy(t);
  const reloaded = createClient({ baseUrl: proxy.url, session: 'body', tokenStore });
  good(await reloaded.logOut());
  assert.equal(log.saved.at(-1), null);
  assert.equal(proxy.count(/DELETE \/v1\/sessions\/current/), 1);
  good(await reloaded.logOut()); // nothing is left to do
  assert.equal(proxy.count(/DELETE \/v1\/sessions\/current/), 1);
});

test('session: whoever logs out when it has ended elsewhere hears nothing of it', async (t) => {
  const { client, log } = await memberBehindProxy(t);
  const other = await loggedIn({ baseUrl: API });
  good(await other.endOtherSessions());
  setClock(t, shifted(590_000));
  good(await client.logOut());
  assert.deepEqual(log.ends, []);
  assert.equal(client.isLoggedIn, false);
});

test('session: what fails while the member logs out leaves it as it was', async (t) => {
  const { client, proxy } = await memberBehindProxy(t);
  proxy.fault(/DELETE/, cutRequest, cutRequest, cutRequest);
  assert.equal((await client.logOut()).problem.code, 'network_error');
  assert.equal(client.isLoggedIn, true);
  good(await client.getProfile());
});

// --- what comes from outside ---------------------------------------------------------------------

test('client: a token that no header can hold gets the answer of a wrong one', async () => {
  const client = createClient({ baseUrl: API, session: 'body', language: 'en' });
  for (const token of ['うそ', 'a b\r\nX: y', '\ud800', 'x'.repeat(5000)]) {
    const { problem } = await client.getRegistrationStage({ token });
    assert.equal(problem.code, 'token_invalid', token.slice(0, 20));
  }
  assert.equal((await client.getRegistrationStage({ token: '' })).problem.code, 'token_missing');
});

test('client: texts come in the language of the moment', async () => {
  let language = 'ja';
  const client = createClient({ baseUrl: API, session: 'body', language: () => language });
  assert.equal((await client.getProfile()).problem.title, 'ログインが必要です');
  assert.match((await logIn(client, 'nobody@example.jp')).problem.title, /ログイン/);
  language = 'en';
  assert.equal((await client.getProfile()).problem.title, 'Please log in');
  assert.equal((await logIn(client, 'nobody@example.jp')).problem.title, 'Login failed');
});

test('client: options that mean nothing are told at once', () => {
  assert.throws(() => createClient({ baseUrl: 'nowhere' }), TypeError);
  assert.throws(() => createClient({ baseUrl: API, session: 'cookies' }), TypeError);
});

test('client: a program ends as soon as its calls have', async () => {
  const index = new URL('../../tools/client/src/index.js', import.meta.url);
  const script = `
    const { createClient } = await import('${index}');
    const client = createClient({ baseUrl: '${API}', session: 'body' });
    await client.logIn({ body: { login_id: '${member}', password: '${PASSWORD}' } });
    await client.getProfile();`;
  const begun = performance.now();
  await new Promise((resolve, reject) =>
    execFile(process.execPath, ['--input-type=module', '-e', script], (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  assert.ok(performance.now() - begun < 9000, 'no timer keeps it');
});

test('refresh: a device that slept, whose clock stood still, is told', async (t) => {
  const { client, proxy } = sleeper;
  const rest = sleeper.since + 11_000 - performance.now(); // after the other tests
  setClock(t, standing(sleeper.since));
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  const results = await Promise.all([1, 2, 3].map(() => client.getProfile()));
  results.forEach(good);
  assert.equal(proxy.count(/refresh/), 1);
  assert.equal(proxy.count(/\/me$/), 6);
  const bearers = proxy.seen.map(({ authorization }) => authorization).filter(Boolean);
  assert.equal(new Set(bearers).size, 2);
});
