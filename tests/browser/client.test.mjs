// client.test.mjs - the client library in a real browser: cookies, tabs, locks, CORS, sites. The
// service is real; a proxy between the two makes the faults.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { createClient } from '../../tools/client/src/index.js';
import { cutAnswer, cutRequest, gate, silence, startProxy } from '../node/fault_proxy.mjs';
import { API, PASSWORD, register, until } from '../node/service.mjs';
import { PAGE, PAGE_BY_NAME, newContext } from './browser.mjs';
import { servePages } from './pages.mjs';

const REFRESH = /POST .*refresh/;
const NETWORK = /^Failed to load resource: net::ERR_/;

let members; // login IDs

before(async () => {
  const client = createClient({ baseUrl: API, session: 'body' });
  members = [await register(client), await register(client)];
});

// A page with `client`, `ends` (what onSessionEnd was told) and call(name, input) in its window.
async function open(context, baseUrl, { at = `${PAGE}/`, options = {} } = {}) {
  const page = await context.newPage();
  await page.goto(at);
  await start(page, baseUrl, options);
  return page;
}

async function start(page, baseUrl, options = {}) {
  await page.evaluate(
    async ([url, more]) => {
      const { createClient, tokenFromLocation } = await import('/client/index.js');
      const ends = [];
      const onSessionEnd = ({ code }) => ends.push(code);
      const client = createClient({ baseUrl: url, language: 'en', onSessionEnd, ...more });
      Object.assign(window, { client, ends, tokenFromLocation });
      window.call = async (name, input) => {
        const { ok, data, problem } = await client[name](input);
        return { ok, data, code: problem?.code, title: problem?.title };
      };
    },
    [baseUrl, options],
  );
}

const call = (page, name, input) => page.evaluate((words) => window.call(...words), [name, input]);
const ends = (page) => page.evaluate(() => window.ends);
const isLoggedIn = (page) => page.evaluate(() => window.client.isLoggedIn);

async function good(page, name, input) {
  const { ok, data, code } = await call(page, name, input);
  assert.ok(ok, `${name}: ${code}`);
  return data;
}

const logIn = (page, login_id = members[0]) =>
  good(page, 'logIn', { body: { login_id, password: PASSWORD } });

// From here on the page takes its access token for one that is about to end.
const letTokenAge = (page) =>
  page.evaluate(() => {
    const { now } = performance;
    performance.now = () => now.call(performance) + 560_000;
  });

test('client: a session outlives a reload, and no script reads its refresh token', async (t) => {
  await servePages(t);
  const context = await newContext(t);
  const page = await open(context, API);
  assert.equal((await call(page, 'resume')).code, 'login_required');
  assert.deepEqual(await ends(page), []); // nobody was logged in
  const { refresh_token, access_token } = await logIn(page);
  assert.equal(refresh_token, undefined);

  const [cookie] = await context.cookies();
  assert.equal(cookie.name, '__Host-refresh');
  const readable = await page.evaluate(() => {
    const kept = { ...localStorage, ...sessionStorage, cookie: document.cookie };
    return JSON.stringify(kept) + JSON.stringify(Object.keys(window));
  });
  assert.ok(!readable.includes(cookie.value) && !readable.includes(access_token));

  await page.reload();
  await start(page, API);
  assert.equal((await call(page, 'getProfile')).code, 'session_needed');
  await good(page, 'resume');
  assert.equal((await good(page, 'getProfile')).login_id, members[0]);

  await page.reload();
  await start(page, API);
  await good(page, 'logOut'); // by the cookie alone
  assert.deepEqual(await context.cookies(), []);
  assert.equal((await call(page, 'resume')).code, 'login_required');
});

test('client: two tabs refresh one after the other', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t);
  const first = await open(context, proxy.url);
  await logIn(first);
  const second = await open(context, proxy.url);
  const held = gate();
  proxy.fault(REFRESH, held.fault);
  const resumed = [good(first, 'resume'), held.reached.then(() => good(second, 'resume'))];
  await held.reached;
  await second.waitForFunction(async () => (await navigator.locks.query()).pending.length === 1);
  assert.equal(proxy.count(REFRESH), 1);
  held.open();
  await Promise.all(resumed);
  assert.equal(proxy.count(REFRESH), 2);
  await letTokenAge(first);
  await letTokenAge(second);
  await Promise.all([first, second].map((page) => good(page, 'getProfile')));
  assert.equal(proxy.count(REFRESH), 4);
});

test('client: a tab waits for the lock as long as the tries of another one can take', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t);
  const first = await open(context, proxy.url);
  await logIn(first);
  const others = [await open(context, proxy.url), await open(context, proxy.url)];
  await context.clock.install();
  const held = gate();
  proxy.fault(REFRESH, silence, held.fault);
  const resumed = [good(first, 'resume')];
  await until(() => proxy.count(REFRESH) === 1, 'the first try');
  resumed.push(...others.map((page) => good(page, 'resume')));
  const queued = () =>
    first.evaluate(async () => (await navigator.locks.query()).pending.length);
  await until(async () => (await queued()) === 2, 'two tabs that wait');
  await context.clock.runFor(10_000); // timeoutMs, of all three
  await until(async () => {
    await context.clock.runFor(50);
    return proxy.count(REFRESH) > 1;
  }, 'the second try');
  await held.reached;
  assert.equal(await queued(), 2);
  assert.equal(proxy.count(REFRESH), 2);
  held.open();
  await Promise.all(resumed);
  assert.equal(proxy.count(REFRESH), 4);
});

test('client: two tabs without locks refresh at once, and the session goes on', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t);
  await context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  });
  const first = await open(context, proxy.url);
  await logIn(first);
  const second = await open(context, proxy.url);
  const held = [gate(), gate()];
  proxy.fault(REFRESH, ...held.map(({ fault }) => fault));
  const resumed = [first, second].map((page) => good(page, 'resume'));
  await Promise.all(held.map(({ reached }) => reached)); // both with the same cookie
  held.forEach(({ open }) => open());
  await Promise.all(resumed);
  await good(first, 'resume');
  await good(second, 'resume');
  await good(second, 'getProfile');
});

test('client: locks that are forbidden, and one that a frozen tab keeps', async (t) => {
  await servePages(t);
  const context = await newContext(t);
  const page = await open(context, API);
  await page.evaluate((name) => {
    navigator.locks.request(name, () => new Promise(() => {}));
  }, `myportal-refresh ${API}`);
  await page.clock.install();
  const login = logIn(page);
  await page.waitForFunction(async () => (await navigator.locks.query()).pending.length === 1);
  await page.clock.runFor(30_000); // three times timeoutMs
  await login;
  await page.evaluate(() => {
    navigator.locks.request = async () => {
      throw new DOMException('The request was denied.', 'SecurityError');
    };
    window.BroadcastChannel = class {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      }
    };
  });
  await good(page, 'resume');
  await start(page, API);
  await good(page, 'resume');
  await good(page, 'getProfile');
});

test('client: a lost answer to a refresh costs nothing', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t, { expected: [NETWORK] });
  const page = await open(context, proxy.url);
  await logIn(page);
  proxy.fault(REFRESH, cutAnswer);
  await good(page, 'resume');
  assert.equal(proxy.count(REFRESH), 2);
  await good(page, 'resume');
  proxy.fault(/POST \/v1\/sessions$/, cutRequest);
  const login = { body: { login_id: members[0], password: PASSWORD } };
  assert.equal((await call(page, 'logIn', login)).code, 'network_error');
  assert.equal(proxy.count(/POST \/v1\/sessions$/), 2); // the first, and the one that was lost
  assert.equal(await isLoggedIn(page), true);
});

test('client: offline is said at once, and the session is there again afterwards', async (t) => {
  await servePages(t);
  const context = await newContext(t, { expected: [NETWORK] });
  const page = await open(context, API);
  await logIn(page);
  await letTokenAge(page);
  await context.setOffline(true);
  assert.equal((await call(page, 'getProfile')).code, 'offline');
  assert.equal((await call(page, 'resume')).code, 'offline');
  assert.equal((await call(page, 'resume')).title, 'You are offline');
  assert.equal(await isLoggedIn(page), true);
  await context.setOffline(false);
  await good(page, 'getProfile');
  assert.deepEqual(await ends(page), []);
});

test('client: a clock that is put a day ahead or back changes nothing', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t);
  const page = await open(context, proxy.url);
  const setDate = (off) =>
    page.evaluate((ms) => {
      const { now } = performance;
      Date.now = () => performance.timeOrigin + now.call(performance) + ms;
    }, off);
  await logIn(page);
  await setDate(86_400_000);
  await good(page, 'getProfile');
  assert.equal(proxy.count(REFRESH), 0);
  await setDate(-86_400_000);
  await letTokenAge(page);
  await good(page, 'getProfile');
  assert.equal(proxy.count(REFRESH), 1);
});

test('client: a log-out, and another login, end the session of the other tab', async (t) => {
  await servePages(t);
  const context = await newContext(t);
  const first = await open(context, API);
  const second = await open(context, API);
  await logIn(first);
  await good(second, 'resume');
  await good(first, 'logOut');
  await second.waitForFunction(() => window.ends.length > 0);
  assert.deepEqual(await ends(second), ['session_needed']);
  assert.equal((await call(second, 'getProfile')).code, 'session_needed');
  assert.deepEqual(await ends(first), []);

  await logIn(first, members[0]);
  await good(second, 'resume');
  await logIn(second, members[1]);
  await first.waitForFunction(() => window.ends.length > 0);
  assert.equal((await call(first, 'getProfile')).code, 'session_needed');
  await good(first, 'resume');
  assert.equal((await good(first, 'getProfile')).login_id, members[1]);
  assert.deepEqual(await ends(second), ['session_needed']);
});

test('client: 127.0.0.1 and localhost are two sites, which is said loudly', async (t) => {
  await servePages(t);
  const context = await newContext(t, { expected: [/are not of the same site/] });
  const said = [];
  context.on('console', (message) => said.push(message.text()));
  const page = await open(context, API, { at: `${PAGE_BY_NAME}/` });
  const login = { body: { login_id: members[0], password: PASSWORD } };
  assert.equal((await call(page, 'logIn', login)).code, 'cross_site');
  assert.equal((await call(page, 'resume')).code, 'cross_site');
  const advice = 'Open the page at http://127.0.0.1 with its own port';
  assert.equal(said.filter((text) => text.includes(advice)).length, 1);

  // What it saves from: a login that succeeds, and a session that nothing goes on with.
  const statuses = await page.evaluate(
    async ([api, body]) => {
      const send = (path, data) =>
        fetch(`${api}/v1/sessions${path}`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(data),
        });
      return [(await send('', body)).status, (await send('/refresh', {})).status];
    },
    [API, { ...login.body, refresh: 'cookie' }],
  );
  assert.deepEqual(statuses, [201, 401]);

  // By one name for both it works, and without the cookie by either.
  const at = `${PAGE_BY_NAME}/`;
  const sameSite = await open(context, API.replace('127.0.0.1', 'localhost'), { at });
  await logIn(sameSite);
  await good(sameSite, 'resume');
  const byBody = await open(context, API, { at, options: { session: 'body' } });
  await logIn(byBody);
  await good(byBody, 'resume');
});

test('client: a page whose origin is not allowed says what to do, once', async (t) => {
  const port = await servePages(t, 0);
  const context = await newContext(t, {
    expected: [NETWORK, /blocked by CORS policy/, /does not allow this page/],
  });
  const said = [];
  context.on('console', (message) => said.push(message.text()));
  const page = await open(context, API, { at: `http://127.0.0.1:${port}/` });
  assert.equal((await call(page, 'getJwks')).code, 'network_error');
  assert.equal((await call(page, 'getJwks')).code, 'network_error');
  const advice = `add http://127.0.0.1:${port} to its setting CORS_ORIGINS`;
  assert.equal(said.filter((text) => text.includes(advice)).length, 1);
});

test('client: what may be kept is asked for once', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const context = await newContext(t);
  const page = await open(context, proxy.url);
  for (const name of ['getConfig', 'getOpenapi', 'getJwks']) {
    const first = await good(page, name);
    assert.deepEqual(await good(page, name), first);
  }
  const calls = proxy.seen.map(({ call }) => call).filter((call) => call.startsWith('GET'));
  assert.deepEqual(calls, ['GET /v1/config', 'GET /v1/openapi.yaml', 'GET /.well-known/jwks.json']);
});

test('client: the token of a mailed link leaves the address bar and the history', async (t) => {
  await servePages(t);
  const context = await newContext(t);
  const at = `${PAGE}/register/identity?x=1#token=a.b-c_d`;
  const page = await open(context, API, { at });
  await page.evaluate(() => history.replaceState({ step: 2 }, ''));
  assert.equal(await page.evaluate(() => window.tokenFromLocation()), 'a.b-c_d');
  assert.equal(page.url(), `${PAGE}/register/identity?x=1`);
  assert.deepEqual(await page.evaluate(() => history.state), { step: 2 });
  assert.equal(await page.evaluate(() => history.length), 2);
  assert.equal(await page.evaluate(() => window.tokenFromLocation()), null);
  await page.goto(`${PAGE}/#section`);
  await start(page, API);
  assert.equal(await page.evaluate(() => window.tokenFromLocation()), null);
  assert.equal(page.url(), `${PAGE}/#section`);
});
