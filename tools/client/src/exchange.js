// exchange.js - one call of the API: request, time-out, the answer read, and the repeats that the
// contract allows. It ends with a result, and rejects only if its signal is aborted.

import { clientProblem } from './problems.js';

const TRIES = 3;
const PAUSE_MS = 500; // before the first repeat; doubled for each further one
const PAUSE_MAX_MS = 5000; // whoever has to wait longer is told so instead

// After these the same request may be sent again (docs/api-guide.md, Retries): the service does
// nothing twice.
const REPEATED = new Set([
  'timeout',
  'network_error',
  'unreadable_answer',
  'request_timeout',
  'internal_error',
  'unavailable',
  'overloaded',
  'stopping',
]);

// `operation` is a row of operations.js; `input` has what tryOnce() takes.
export async function exchange(api, operation, input) {
  const begun = performance.now();
  for (let tried = 1; ; tried++) {
    const result = await tryOnce(api, operation, input);
    if (tried > 1 && isGone(operation, result)) return { ok: true, data: undefined };
    const pause = pauseBefore(operation, result, tried);
    const late = performance.now() + pause > begun + 2 * (input.timeoutMs ?? api.timeoutMs);
    if (pause === null || late) return result;
    await wait(pause, input.signal);
  }
}

// What a repeat no longer finds, the try before has deleted.
function isGone(operation, result) {
  return operation.method === 'DELETE' && result.problem?.code === 'not_found';
}

// The milliseconds until the same request may be sent again; null if it may not.
function pauseBefore(operation, result, tried) {
  if (result.ok || operation.once || tried === TRIES) return null;
  if (!REPEATED.has(result.problem.code)) return null;
  const least = Math.max(PAUSE_MS, (result.problem.retry_after ?? 0) * 1000);
  const pause = least * 2 ** (tried - 1);
  return pause > PAUSE_MAX_MS ? null : pause * (1 + Math.random() / 4);
}

async function tryOnce(api, operation, { path, body, bearer, credentials, timeoutMs, signal }) {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeoutMs ?? api.timeoutMs);
  signal?.addEventListener('abort', abort);
  try {
    const response = await api.fetch(api.base + (path ?? operation.path), {
      method: operation.method,
      headers: headersOf(api, operation, bearer),
      body: operation.body ? JSON.stringify(body ?? {}) : undefined,
      credentials,
      redirect: 'error', // the service never redirects; a token goes nowhere else
      referrerPolicy: 'no-referrer',
      signal: stop.signal,
    });
    const text = await response.text();
    api.silent = false;
    return readAnswer(api, operation, response, text);
  } catch (cause) {
    signal?.throwIfAborted();
    return clientProblem(causeCode(stop.signal.aborted), api.language(), { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function causeCode(late) {
  if (late) return 'timeout';
  return globalThis.navigator?.onLine === false ? 'offline' : 'network_error';
}

function headersOf(api, operation, bearer) {
  return {
    'Accept-Language': api.language(),
    ...(operation.body && { 'Content-Type': 'application/json' }),
    // What a header cannot hold is no token of the service, which shall say so.
    ...(bearer && { Authorization: `Bearer ${bearer.replace(/[^!-~]/g, '_')}` }),
  };
}

function readAnswer(api, operation, response, text) {
  const type = response.headers.get('Content-Type') ?? '';
  if (response.status === operation.status) {
    if (!operation.data) return { ok: true, data: undefined };
    if (operation.data === 'text' && !type.includes('html')) return { ok: true, data: text };
    const data = type.startsWith('application/json') && objectIn(text);
    if (data) return { ok: true, data };
  }
  const problem = type.startsWith('application/problem+json') && objectIn(text);
  if (typeof problem?.code === 'string' && response.status >= 400) {
    return { ok: false, problem: { ...problem, ...retryAfter(response), response } };
  }
  return clientProblem('unreadable_answer', api.language(), { response });
}

function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function retryAfter(response) {
  const seconds = response.headers.get('Retry-After') ?? '';
  return /^[0-9]{1,6}$/.test(seconds) ? { retry_after: Number(seconds) } : {};
}

// Rejects with the signal's reason as soon as it is aborted; what was waited for goes on.
export function abortable(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function wait(ms, signal) {
  let timer;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return abortable(over, signal).finally(() => clearTimeout(timer));
}
