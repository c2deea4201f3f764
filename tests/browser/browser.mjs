// browser.mjs - Debian's Chromium for the tests of this folder: one process for all of them, one
// context (cookies, storage, cache) for each test. A test fails if a page of its context throws, or
// writes an error to the console that the test did not announce.
//
//   tests/node/on_stack tests/browser/FILE...
//
// What a test needs to know of the service is in ../node/service.mjs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

// tools/dev/app-server: the reference app, the mailbox, the API reference; PORTAL_URL.
export const { APP } = process.env;

// The first of two ports for what a test serves itself, by both names of the host; the service allows
// their origins.
export const PAGE_PORT = Number(process.env.PAGES);
export const PAGE = `http://127.0.0.1:${PAGE_PORT}`;
export const PAGE_BY_NAME = `http://localhost:${PAGE_PORT}`;
const PAGE_ORIGINS = [PAGE_PORT, PAGE_PORT + 1, new URL(APP).port].flatMap((port) => [
  `http://127.0.0.1:${port}/`,
  `http://localhost:${port}/`,
]);

// Half of the CPU time went into windows' address bars, which are pages of their own, and into processes
// that wait for a page. The others are Playwright's list, which this one replaces.
const OFF = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxSimplification'],
  'SpareRendererForSitePerProcess',
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'BoundaryEventDispatchTracksNodeRemoval'],
  ...['DestroyProfileOnBrowserClose', 'DialMediaRouteProvider', 'GlobalMediaControls', 'HttpsUpgrades'],
  ...['LensOverlay', 'MediaRouter', 'OptimizationHints', 'PaintHolding', 'RenderDocument'],
  ...['ThirdPartyStoragePartitioning', 'Translate'],
];

const FLAGS = [
  `--disable-features=${OFF}`,
  '--disable-gpu',
  // Fewer processes: the browser's own draws and loads for all pages, and a context's tabs share one.
  // The other feature is Playwright's.
  '--enable-features=NetworkServiceInProcess2,CDPScreenshotNewSurface',
  '--in-process-gpu',
  '--process-per-site',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// For whatever a test waits for in a page: a busy machine is slow, and waiting longer passes no test.
export const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 20_000);

// Chromium without windows, bars and extensions costs a quarter less CPU time. It keeps no page for a
// step back, as the whole one does.
const SHELL = '/usr/bin/chromium-headless-shell';
export const WHOLE_BROWSER = '/usr/bin/chromium';

const launched = new Map(); // promises

function browser(program) {
  if (!launched.has(program)) launched.set(program, launch(program));
  return launched.get(program);
}

// One that ends amid a test fails that test alone: the next one gets another.
async function launch(program) {
  const launching = await chromium.launch({
    executablePath: program,
    chromiumSandbox: false, // the tests may run as root
    args: FLAGS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'], // members have it
  });
  launching.on('disconnected', () => launched.delete(program));
  return launching;
}

after(async () => {
  for (const each of launched.values()) await (await each).close();
});

// Chromium writes an error for every answer that is no 2xx. What the service answers is the tests'
// business; a file of the page's own that is not there is an error, but for what no page asks for.
function isAnswerOfTheService(text, url) {
  const isAnswer = /^Failed to load resource: the server responded with a status of /.test(text);
  const isOurs = PAGE_ORIGINS.some((origin) => url.startsWith(origin));
  return isAnswer && (!isOurs || url.endsWith('/favicon.ico'));
}

// A new context, closed when the test `t` is over. `expected`: the errors that may come, as regular
// expressions; `program`: the browser. `options` are Playwright's own (locale, viewport, colorScheme ...).
export async function newContext(t, { expected = [], program = SHELL, ...options } = {}) {
  const context = await (await browser(program)).newContext({ locale: 'ja-JP', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const errors = [];
  const note = (text, url) => {
    if (isAnswerOfTheService(text, url) || expected.some((pattern) => pattern.test(text))) return;
    errors.push(`${text} (${url})`);
  };
  context.on('console', (message) => {
    if (message.type() === 'error') note(message.text(), message.location().url);
  });
  context.on('weberror', (event) => note(event.error().stack, event.page()?.url()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, [], 'errors of a page');
  });
  return context;
}

// What axe finds in a page, a line each, without its frames. Not as a script of the page: its policy
// forbids others.
export async function findings(page) {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const options = { iframes: false, resultTypes: ['violations'] };
  const { violations } = await page.evaluate((given) => window.axe.run(document, given), options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
let axe;
