// index.js - the client of myportal: createClient() and tokenFromLocation(). index.d.ts has the
// types, README.md tells how it is used.

import { exchange } from './exchange.js';
import { operations } from './operations.js';
import { createSession } from './session.js';
import { areCrossSite, explainCrossSite, explainSilence } from './sites.js';

export function createClient(options = {}) {
  const session = options.session ?? 'cookie';
  if (!['cookie', 'body'].includes(session)) throw new TypeError(`session: ${session}`);
  const api = apiOf(options, session === 'cookie');
  const { tokenStore = memoryStore(), onSessionEnd } = options;
  const member = createSession(api, { byCookie: session === 'cookie', tokenStore, onSessionEnd });

  const client = {
    get isLoggedIn() {
      return member.isLoggedIn();
    },
    resume: member.refreshSession,
    accessToken: member.accessToken,
    forget: member.forget,
  };
  for (const [name, operation] of Object.entries(operations)) {
    client[name] = explained(api, member[name] ?? callOf(api, member, operation));
  }
  return client;
}

export function tokenFromLocation() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

function apiOf({ baseUrl = '', language = 'ja', timeoutMs = 10_000, fetch }, byCookie) {
  const page = globalThis.location && new URL(globalThis.location.href);
  const url = new URL(baseUrl || '/', page);
  const base = url.href.replace(/\/$/, '');
  const crossSite = Boolean(byCookie && page && areCrossSite(page, url));
  if (crossSite) console.error(explainCrossSite(page, url));
  return {
    base,
    url,
    page,
    crossSite,
    timeoutMs,
    silent: true, // no answer has come yet
    name: `myportal-refresh ${base}`, // of the lock and the channel between tabs
    fetch: fetch ?? ((...request) => globalThis.fetch(...request)),
    language: typeof language === 'function' ? language : () => language,
  };
}

function memoryStore() {
  let token = null;
  return {
    load: async () => token,
    save: async (next) => {
      token = next;
    },
  };
}

// The function of an operation that has none of its own in session.js.
function callOf(api, member, operation) {
  return ({ token, body, signal, ...inPath } = {}) => {
    const path = operation.path.replace(/{(.+)}/, (_, name) => encodeURIComponent(inPath[name]));
    const send = (bearer) =>
      exchange(api, operation, { path, body, bearer, credentials: 'omit', signal });
    return operation.access ? member.asMember(send, signal) : send(token);
  };
}

// A browser tells a page nothing of a refused origin: it looks like a service that is away. So the
// developer is told of both, once, where no answer ever came.
function explained(api, call) {
  return async (input) => {
    const result = await call(input);
    const isSilent = result.problem?.code === 'network_error' && api.silent;
    if (isSilent && api.page && api.page.origin !== api.url.origin) {
      api.silent = false;
      console.error(explainSilence(api.page, api.url));
    }
    return result;
  };
}
