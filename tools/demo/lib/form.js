// form.js - a form from a table of its fields. It sends one request at a time, shows what was
// wrong, and keeps what was typed whatever the answer is.

import { h, isDisabled, setDisabled } from './dom.js';
import { fieldPart } from './field.js';
import { t } from './i18n.js';
import { isDeadLink, failure, problemBox } from './problem.js';
import { announce } from './shell.js';
import { every } from './timer.js';

/** @import { Problem, Result } from './api.js' */
/** @import { Child } from './dom.js' */
/** @import { Field, Part, Values } from './field.js' */
/** @import { TextKey } from './i18n.js' */
/** @import { Page } from './router.js' */

/** @typedef {Page<any>} AnyPage */
/**
 * @template Data
 * @typedef {object} Form
 * @property {Field[]} fields
 * @property {string} [username]  whose password it is, for the password manager
 * @property {TextKey} submit
 * @property {boolean} [isDanger]
 * @property {boolean} [isAside]  something else is what most members do next
 * @property {Record<string, HTMLElement>} [before]  what stands above a field, by its name
 * @property {Child[]} [after]  what stands below the button
 * @property {(values: Values) => Promise<Result<Data>>} send
 * @property {(data: Data, values: Values) => void} done
 * @property {(problem: Problem) => Problem | void} [onProblem]  what else it means here
 */

/**
 * @template Data
 * @param {AnyPage} page
 * @param {Form<Data>} spec
 */
export function form(page, spec) {
  const parts = spec.fields.map((field) => fieldPart(page, field));
  const problems = h('div', {});
  const submit = h(
    'button',
    { type: 'submit', class: spec.isDanger ? 'danger' : !spec.isAside && 'primary' },
    t(spec.submit),
  );
  const element = h(
    'form',
    { method: 'post', novalidate: true },
    problems,
    spec.username && usernameOf(spec.username),
    parts.flatMap((part) => [spec.before?.[part.field.name], part.element]),
    h('p', { class: 'actions' }, submit),
    spec.after ?? [],
  );
  const values = () => Object.fromEntries(parts.map((part) => [part.field.name, part.value()]));
  element.addEventListener('input', (event) => {
    parts.find((part) => part.input === event.target)?.clearError();
    parts.forEach((part) => part.check(values()));
  });
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    send(page, spec, { parts, problems, submit, values: values() });
  });
  parts.forEach((part) => part.check(values()));
  return element;
}

// Nobody sees or reaches it: the password manager reads whose password the form has.
/** @param {string} value */
function usernameOf(value) {
  const name = { autocomplete: 'username', value, readonly: true };
  return h('input', {
    type: 'text',
    ...name,
    class: 'unseen',
    tabindex: -1,
    'aria-hidden': 'true',
  });
}

/**
 * @typedef {object} Sending
 * @property {Part[]} parts
 * @property {HTMLElement} problems
 * @property {HTMLButtonElement} submit
 * @property {Values} values
 */

// A second click while the first request is under way, or before the wait is over, does nothing.
/**
 * @template Data
 * @param {AnyPage} page
 * @param {Form<Data>} spec
 * @param {Sending} sending
 */
async function send(page, spec, sending) {
  const { parts, problems, submit, values } = sending;
  if (page.busy || isDisabled(submit)) return;
  problems.replaceChildren();
  if (!arePartsReady(parts, values)) return;

  setBusy(page, spec, submit, true);
  const result = await unlessLeft(page, spec.send(values));
  if (!result) return;
  setBusy(page, spec, submit, false);
  if (result.ok) {
    parts.forEach((part) => part.forgetDraft());
    return spec.done(result.data, values);
  }
  const problem = spec.onProblem?.(result.problem) ?? result.problem;
  showProblem(page, sending, problem);
}

// What is missing, and which rules are not kept, is told without asking the service.
/**
 * @param {Part[]} parts
 * @param {Values} values
 */
function arePartsReady(parts, values) {
  const wrong = parts.filter((part) => !part.isReady(values));
  wrong[0]?.input.focus();
  return wrong.length === 0;
}

/**
 * Waits for an answer; null if the screen was left meanwhile.
 *
 * @template T
 * @param {AnyPage} page
 * @param {Promise<T>} answer
 */
export async function unlessLeft(page, answer) {
  try {
    const result = await answer;
    return page.signal.aborted ? null : result;
  } catch (error) {
    if (page.signal.aborted) return null;
    throw error;
  }
}

/**
 * @param {AnyPage} page
 * @param {Form<any>} spec
 * @param {HTMLButtonElement} submit
 * @param {boolean} isBusy
 */
function setBusy(page, spec, submit, isBusy) {
  page.busy = isBusy;
  setDisabled(submit, isBusy);
  submit.textContent = t(isBusy ? 'form.sending' : spec.submit);
  if (isBusy) announce(t('form.sending'));
}

/**
 * @param {AnyPage} page
 * @param {Sending} sending
 * @param {Problem} problem
 */
function showProblem(page, { parts, problems, submit }, problem) {
  if (isDeadLink(problem)) return showDeadLink(page, submit, problem);
  const errors = problem.errors ?? [];
  const wrong = parts.filter((part) => part.showErrors(errors));
  const others = errors.filter(({ field }) => !parts.some((part) => part.field.name === field));
  const box = problemBox(
    page,
    problem,
    others.map(({ detail }) => detail),
  );
  problems.replaceChildren(box);
  (wrong[0]?.input ?? box).focus();
  if (problem.retry_after) holdBack(page, submit, problem.retry_after);
}

// Instead of the form, which can do nothing more.
/**
 * @param {AnyPage} page
 * @param {HTMLButtonElement} submit
 * @param {Problem} problem
 */
function showDeadLink(page, submit, problem) {
  const [box, ways] = failure(page, problem, () => {});
  submit.form?.replaceWith(box, ways);
  box.focus();
}

/**
 * @param {AnyPage} page
 * @param {HTMLButtonElement} submit
 * @param {number} seconds
 */
function holdBack(page, submit, seconds) {
  every(page.signal, seconds, (left) => setDisabled(submit, left > 0));
}
