// shell.js - the frame around every screen: the society's name, language and text size, notices,
// and the last resort when a screen cannot be drawn.

import { client } from './api.js';
import { button, byId, h, isThere, link } from './dom.js';
import { chooseLanguage, language, t } from './i18n.js';
import { societyContact, societyName } from './society.js';
import { device, tab } from './storage.js';

/** @import { Attributes, Child } from './dom.js' */
/** @import { TextKey } from './i18n.js' */
/** @import { Page } from './router.js' */

/** @typedef {Page<any>} AnyPage */

const STEPS = /** @type {const} */ ([1, 2, 3, 4]);

/** @type {readonly ['ja' | 'en', string][]} */
const LANGUAGES = [
  ['ja', '日本語'],
  ['en', 'English'],
];

const SIZES = /** @type {const} */ (['medium', 'large']);

/** What the member has to know on every screen, until the page is closed. */
const warnings = /** @type {Set<TextKey>} */ (new Set());

/** @type {{ redraw: () => void, logOut: () => void }} */
let actions;

/** @type {AnyPage | null} */
let shown = null;

/** @param {typeof actions} given */
export function startShell(given) {
  actions = given;
  if (!tab.isKept) warnings.add('warning.storage');
  if (!navigator.cookieEnabled || tab.get('cookies_are_lost')) warnings.add('warning.cookies');
  byId('skip').addEventListener('click', skipToMain);
  drawFrame();
}

/**
 * Draws a screen below its heading. The heading gets the focus when the screen is another one than
 * before: a screen reader then reads it, and the keyboard goes on from there.
 *
 * @param {AnyPage} page
 * @param {Child[]} content
 */
export function drawScreen(page, content) {
  const isFirst = shown === null;
  const isAnother = shown !== page;
  shown = page;
  drawFrame();
  drawHeading(page);
  byId('content').replaceChildren(...content.filter(isThere));
  if (!isAnother) return;
  byId('notice').replaceChildren(...notice(page));
  scrollTo(0, 0);
  if (!isFirst) byId('heading').focus({ preventScroll: true });
}

/** Leaves nothing of a screen behind. */
export function clearScreen() {
  byId('content').replaceChildren();
  byId('notice').replaceChildren();
}

/** @param {AnyPage} page */
function drawTitle({ screen }) {
  const parts = [t(screen.title), t('shell.portal'), societyName()];
  document.title = parts.filter(Boolean).join(' | ');
}

/** @param {AnyPage} page */
function drawHeading(page) {
  byId('heading').textContent = t(page.screen.title);
  drawSteps(page.screen.step);
}

/** @param {1 | 2 | 3 | 4 | undefined} now */
function drawSteps(now) {
  const list = byId('steps');
  list.hidden = !now;
  list.setAttribute('aria-label', t('step.name'));
  list.replaceChildren(...STEPS.map((step) => stepItem(step, now ?? 1)));
}

/**
 * @param {1 | 2 | 3 | 4} step
 * @param {number} now
 */
function stepItem(step, now) {
  const isDone = step < now;
  return h(
    'li',
    { 'aria-current': step === now && 'step', class: isDone && 'done' },
    h('span', {}, t(`step.${step}`), isDone && h('span', { class: 'unseen' }, t('step.done'))),
  );
}

/**
 * Tells a screen reader what others see happen.
 *
 * @param {string} text
 */
export function announce(text) {
  const region = byId('announcement');
  region.textContent = '';
  requestAnimationFrame(() => (region.textContent = text));
}

/**
 * @param {TextKey} text
 * @param {boolean} isTrue
 */
export function warn(text, isTrue) {
  if (isTrue) warnings.add(text);
  else warnings.delete(text);
  drawWarnings();
}

function drawWarnings() {
  byId('warnings').replaceChildren(...[...warnings].map((key) => h('p', {}, t(key))));
}

/**
 * The last resort: something went wrong that no screen provides for. Never a blank page.
 *
 * @param {unknown} error
 */
export function showFatal(error) {
  console.error(error);
  byId('main').replaceChildren(
    h('h1', { tabindex: -1 }, t('fatal.title')),
    h('p', { role: 'alert' }, t('fatal.text')),
    h(
      'p',
      { class: 'actions' },
      button(t('fatal.reload'), () => location.reload(), { class: 'primary' }),
      h('a', { href: '/', target: '_self', class: 'button' }, t('fatal.home')),
    ),
  );
}

/** Names and settings around the screen, in the language that is chosen, and the page's title. */
export function drawFrame() {
  if (shown) drawTitle(shown);
  const root = document.documentElement;
  root.lang = language();
  root.dataset.size = device.get('text_size') ?? 'medium';
  byId('skip').textContent = t('shell.skip');
  drawHeader();
  drawWarnings();
  byId('footer').replaceChildren(
    h('nav', { 'aria-label': t('shell.footer') }, link('/guide', t('shell.guide'))),
    h('p', {}, societyName()),
    ...contact(),
  );
}

// The focus stays on the button that has it, as on the one of a language that was pressed.
function drawHeader() {
  const header = byId('header');
  const focused = header.contains(document.activeElement) && document.activeElement?.textContent;
  header.replaceChildren(brand(), ...logOutButton(), settings());
  if (!focused) return;
  const buttons = [...header.querySelectorAll('button')];
  buttons.find((button) => button.textContent === focused)?.focus();
}

function contact() {
  const lines = societyContact();
  return lines ? [h('p', { class: 'contact' }, t('shell.contact', { lines }))] : [];
}

function brand() {
  return h(
    'a',
    { href: '/', class: 'brand' },
    h('img', { src: '/images/mark.svg', alt: '', width: 36, height: 36 }),
    h('span', {}, h('small', {}, societyName()), h('strong', {}, t('shell.portal'))),
  );
}

function logOutButton() {
  const isMember = shown?.screen.member && client.isLoggedIn;
  return isMember ? [button(t('session.log_out'), actions.logOut, { class: 'log-out' })] : [];
}

function settings() {
  return h(
    'div',
    { class: 'settings' },
    group(
      t('shell.language'),
      LANGUAGES.map(([code, name]) =>
        choice(name, code === language(), () => chooseLanguage(code), { lang: code }),
      ),
    ),
    group(
      t('shell.text_size'),
      SIZES.map((size) =>
        choice(t(`shell.${size}`), size === (device.get('text_size') ?? 'medium'), () =>
          device.set('text_size', size),
        ),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {HTMLElement[]} choices
 */
function group(name, choices) {
  return h('div', { class: 'group', role: 'group', 'aria-label': name }, choices);
}

/**
 * @param {string} label
 * @param {boolean} isChosen
 * @param {() => void} choose
 * @param {Attributes} [attributes]
 */
function choice(label, isChosen, choose, attributes) {
  const onclick = () => {
    if (shown?.busy) return;
    choose();
    drawFrame();
    actions.redraw();
  };
  return button(label, onclick, { 'aria-pressed': String(isChosen), ...attributes });
}

// What the screen before wanted to say here: "your password was changed".
/** @param {AnyPage} page */
function notice(page) {
  const { notice } = page.handover;
  if (!notice) return [];
  return [h('p', { class: 'notice' }, t(notice))];
}

/** @param {Event} event */
function skipToMain(event) {
  event.preventDefault();
  byId('main').focus();
}
