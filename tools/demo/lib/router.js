// router.js - which screen is shown, and how one screen follows another.
//
// A screen is a module of screens/: an object of the type `Screen`. While it is open it has a
// `Page`, which ends when the member goes to another one: its requests are aborted, and what it
// knew is forgotten. So a secret stays nowhere, and nothing of an old screen is in the way.

import { client, tokenFromLocation } from './api.js';
import { confirmLeaving } from './dialog.js';
import { h } from './dom.js';
import { t } from './i18n.js';
import { failure } from './problem.js';
import { clearScreen, drawScreen, showFatal } from './shell.js';
import { tab } from './storage.js';

/** @import { Problem, Result } from './api.js' */
/** @import { Child } from './dom.js' */
/** @import { TextKey } from './i18n.js' */

/**
 * @template Data
 * @typedef {object} Screen
 * @property {TextKey} title
 * @property {true} [member]  only who is logged in sees it
 * @property {1 | 2 | 3 | 4} [step]  of the registration
 * @property {Stage} [stage]  whose token the mailed link to it carries
 * @property {string} [restart]  the screen to begin again from, when a link is of no use any more
 * @property {(page: Page<Data>) => Promise<Result<Data>>} [load]
 * @property {(page: Page<Data>) => Child[]} view
 */
/**
 * @typedef {'identity' | 'authentication-key' | 'account' | 'email-confirmation'
 *   | 'password-reset' | 'account-deletion'} Stage
 */
/**
 * @template Data
 * @typedef {object} Page
 * @property {Screen<Data>} screen
 * @property {string} path
 * @property {AbortSignal} signal  aborted when the screen is left
 * @property {Data} data  what `load` brought
 * @property {Record<string, any>} state  what the screen remembers while it is open
 * @property {Record<string, any>} handover  what the screen before it passed on
 * @property {boolean} busy  a request is under way: what is typed must stay
 * @property {boolean} guarded  whether leaving has to be confirmed
 */
/** @typedef {{ replace?: boolean, handover?: Record<string, any> }} Way */

/** @type {Record<string, Screen<any>>} */
let screens;

/** @type {Screen<any>} */
let notFound;

/** @type {Page<any> | null} */
let page = null;

let leaving = new AbortController();

// Each entry of the browser's history has a number, so that a step back can be taken back.
let entry = 0;
let heldBack = 0;

/**
 * Takes the screens, and the token of a mailed link out of the address bar, before anything else
 * happens.
 *
 * @param {Record<string, Screen<any>>} table  by path
 * @param {Screen<any>} otherwise
 */
export function prepareRouter(table, otherwise) {
  screens = table;
  notFound = otherwise;
  entry = history.state?.entry ?? 0;
  keepToken(screenHere());
}

export function startRouter() {
  document.addEventListener('click', followLink);
  addEventListener('popstate', onPopState);
  addEventListener('beforeunload', warnBeforeUnload);
  addEventListener('pagehide', (event) => event.persisted && forgetAll());
  addEventListener('pageshow', (event) => event.persisted && show());
  return show();
}

/**
 * Goes to another screen, after the member's consent where this one is guarded.
 *
 * @param {string} path
 * @param {Way} [way]
 */
export async function go(path, way = {}) {
  if (page?.guarded && !(await confirmLeaving())) return;
  const isAnother = !way.replace && path !== location.pathname;
  if (isAnother) entry += 1;
  history[isAnother ? 'pushState' : 'replaceState']({ entry }, '', path);
  await show(way.handover);
}

/** Draws the screen anew, in another language for instance; what was typed stays. */
export function redraw() {
  if (!page || page.busy) return;
  if (page.data === NOT_LOADED) return reload();
  const typed = typedValues();
  draw(page);
  restoreValues(typed);
}

/** Loads and shows the screen of this address anew. */
export function reload() {
  show(page?.handover);
}

/** Whether a screen of this path exists, and is for members. */
export function isMemberPath(/** @type {string} */ path) {
  return screens[path]?.member === true;
}

const NOT_LOADED = Symbol('not loaded');

const NOTHING_TO_LOAD = /** @type {const} */ ({ ok: true, data: null });

/** @param {Record<string, any>} [handover] */
async function show(handover = {}) {
  forget();
  const opened = open(handover);
  try {
    await fill(opened);
  } catch (error) {
    if (!opened.signal.aborted) showFatal(error);
  }
}

/** @param {Record<string, any>} handover */
function open(handover) {
  const path = location.pathname;
  const screen = screenHere();
  keepToken(screen);
  leaving = new AbortController();
  page = {
    screen,
    path,
    handover,
    signal: leaving.signal,
    data: NOT_LOADED,
    state: {},
    busy: false,
    guarded: false,
  };
  return page;
}

// Leaves the screen: nothing of it is shown, and nothing goes on.
function forget() {
  leaving.abort(new DOMException('The screen was left.', 'AbortError'));
  Object.assign(page ?? {}, { data: NOT_LOADED, state: {}, handover: {} });
  page = null;
  clearScreen();
}

// The browser keeps the page as it is, for a step back: no secret shall be in it.
function forgetAll() {
  forget();
  client.forget();
}

function screenHere() {
  return screens[location.pathname] ?? notFound;
}

// The token of a mailed link is kept in the tab.
/** @param {Screen<any>} screen */
function keepToken(screen) {
  const token = tokenFromLocation();
  if (token && screen.stage) tab.set(`token ${screen.stage}`, token);
  history.replaceState({ entry }, '', location.pathname);
}

/** @param {Page<any>} opened */
async function fill(opened) {
  const { screen } = opened;
  drawScreen(opened, [h('p', { class: 'loading', role: 'status' }, t('shell.loading'))]);
  if (screen.member && !(await isLoggedIn(opened))) return;

  const result = await (screen.load?.(opened) ?? NOTHING_TO_LOAD);
  if (opened.signal.aborted) return;
  if (!result.ok) return drawProblem(opened, result.problem);
  opened.data = result.data;
  draw(opened);
}

/** @param {Page<any>} opened */
function draw(opened) {
  drawScreen(opened, opened.screen.view(opened));
}

/**
 * @param {Page<any>} opened
 * @param {Problem} problem
 */
function drawProblem(opened, problem) {
  drawScreen(opened, failure(opened, problem, reload));
}

// After a reload the cookie tells who is logged in.
/** @param {Page<any>} opened */
async function isLoggedIn(opened) {
  if (client.isLoggedIn) return true;
  const result = await client.resume();
  if (opened.signal.aborted || result.ok) return !opened.signal.aborted;
  if (result.problem.code === 'login_required') await askForLogin(opened.path, opened.handover);
  else drawProblem(opened, result.problem);
  return false;
}

/**
 * Shows the login, and then the screen that was wanted.
 *
 * @param {string} path
 * @param {Record<string, any>} [handover]
 */
export async function askForLogin(path, handover) {
  if (isMemberPath(path)) tab.set('return_to', path);
  if (page) page.guarded = false;
  await go('/login', { replace: true, handover });
}

/** @param {MouseEvent} event */
function followLink(event) {
  const anchor = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
  if (!anchor || !isPlain || event.defaultPrevented || anchor.target) return;
  if (anchor.origin !== location.origin || !(anchor.pathname in screens)) return;
  event.preventDefault();
  go(anchor.pathname);
}

// A step back from a guarded screen has happened when we hear of it. It is taken back, and taken
// again once the member agrees. An entry without a number is an address that was typed or pasted.
async function onPopState() {
  const to = history.state?.entry ?? entry + 1;
  const steps = to - entry;
  if (heldBack !== 0 && steps === 0) return askThenGo(heldBack);
  if (page?.guarded && steps !== 0) {
    heldBack = steps;
    return history.go(-steps);
  }
  entry = to;
  await show();
}

/** @param {number} steps */
async function askThenGo(steps) {
  heldBack = 0;
  if (!(await confirmLeaving()) || !page?.guarded) return;
  page.guarded = false;
  history.go(steps);
}

/** @param {BeforeUnloadEvent} event */
function warnBeforeUnload(event) {
  if (!page?.guarded) return;
  event.preventDefault();
  event.returnValue = ''; // browsers before 2024 ask only after this
}

/** @returns {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
function controls() {
  return document.querySelectorAll('#content input[name], #content select[name]');
}

function typedValues() {
  return new Map([...controls()].map((control) => [control.name, control.value]));
}

/** @param {Map<string, string>} typed */
function restoreValues(typed) {
  for (const control of controls()) {
    control.value = typed.get(control.name) ?? control.value;
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
