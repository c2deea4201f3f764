// action.js - a button that sends something without a form: once at a time, with the problem below.

import { button, h } from './dom.js';
import { unlessLeft } from './form.js';
import { problemBox } from './problem.js';

/** @import { Problem, Result } from './api.js' */
/** @import { Attributes } from './dom.js' */
/** @import { Page } from './router.js' */

/**
 * @typedef {object} Action
 * @property {string} label
 * @property {Attributes} [attributes]
 * @property {() => Promise<Result<unknown>>} send
 * @property {() => void} done
 * @property {(problem: Problem) => boolean} [isDone]  a problem that is none
 */

/**
 * @param {Page<any>} page
 * @param {Action} action
 */
export function actionButton(page, { label, attributes, send, done, isDone }) {
  const problems = h('div', {});
  const act = async () => {
    if (page.busy) return;
    page.busy = true;
    problems.replaceChildren();
    const result = await unlessLeft(page, send());
    page.busy = false;
    if (!result) return;
    if (result.ok || isDone?.(result.problem)) return done();
    const box = problemBox(page, result.problem);
    problems.replaceChildren(box);
    box.focus();
  };
  return h('div', { class: 'actions' }, button(label, act, attributes), problems);
}
