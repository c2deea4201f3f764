// i18n.js - the texts of texts.js in the language that the member chose, and times in words.

import { device } from './storage.js';
import { texts } from './texts.js';

/** @typedef {keyof typeof texts} TextKey */
/** @typedef {'ja' | 'en'} Language */

/** @type {Record<Language, 0 | 1>} */
const COLUMN = { ja: 0, en: 1 };

/** @type {readonly [unit: string, length: number, below: number][]} */
const UNITS = [
  ['second', 1, 91],
  ['minute', 60, 5400],
];

/** @type {Language} */
let chosen = firstLanguage();

export function language() {
  return chosen;
}

/** @param {Language} wanted */
export function chooseLanguage(wanted) {
  chosen = wanted;
  device.set('language', wanted);
}

/**
 * A text; `{name}` in it becomes the value of that name.
 *
 * @param {TextKey} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return texts[key][COLUMN[chosen]].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * A duration in the unit that a person would say: never less than it is.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const [unit, length] = UNITS.find(([, , below]) => seconds < below) ?? ['hour', 3600];
  const style = /** @type {const} */ ({ style: 'unit', unitDisplay: 'long', unit });
  const text = new Intl.NumberFormat(chosen, style).format(Math.ceil(seconds / length));
  return chosen === 'ja' ? text.replace(/\s/, '') : text; // 3時間
}

/**
 * A time of the service, as the member's device shows it.
 *
 * @param {string} time  RFC 3339
 */
export function moment(time) {
  const style = /** @type {const} */ ({ dateStyle: 'medium', timeStyle: 'short' });
  return new Intl.DateTimeFormat(chosen, style).format(new Date(time));
}

/**
 * A day, as it is wherever the member's device is.
 *
 * @param {string} date  2026-11-22
 */
export function day(date) {
  const style = /** @type {const} */ ({ dateStyle: 'long', timeZone: 'UTC' });
  return new Intl.DateTimeFormat(chosen, style).format(new Date(date));
}

// Japanese, unless the browser asks for English before it asks for Japanese.
function firstLanguage() {
  const kept = device.get('language');
  if (kept === 'ja' || kept === 'en') return kept;
  const asked = navigator.languages.find((tag) => /^(ja|en)\b/.test(tag));
  return asked?.startsWith('en') ? 'en' : 'ja';
}
