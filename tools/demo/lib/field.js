// field.js - one field of a form: label, hint, live rules, error.

import { button, h } from './dom.js';
import { t } from './i18n.js';
import { tab } from './storage.js';

/** @import { FieldError } from './api.js' */
/** @import { Attributes } from './dom.js' */
/** @import { TextKey } from './i18n.js' */
/** @import { Page } from './router.js' */

/** @typedef {Page<any>} AnyPage */
/** @typedef {Record<string, string>} Values */
/**
 * A rule that is shown below its field, with whether what is typed keeps it.
 *
 * @typedef {object} Rule
 * @property {string} text
 * @property {(values: Values) => boolean} isKept
 */
/**
 * @typedef {object} Field
 * @property {string} name  of the body's member
 * @property {TextKey} label
 * @property {keyof typeof KINDS} kind
 * @property {TextKey} [hint]
 * @property {string} [autocomplete]  for the browser and the password manager; off when absent
 * @property {string} [value]  what it begins with
 * @property {boolean} [isDraft]  what is typed stays in the tab; never for a secret
 * @property {Rule[]} [rules]
 * @property {readonly (readonly [string, TextKey])[]} [options]  value and label, of a choice
 */
/** @typedef {ReturnType<typeof fieldPart>} Part */

/** @type {Attributes} */
const AS_TYPED = { autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' };

// Addresses are of type text: with type email browsers change what a Japanese input method types.
const KINDS = {
  text: {},
  email: { ...AS_TYPED, inputmode: 'email' },
  password: { ...AS_TYPED, type: 'password' },
  code: { ...AS_TYPED, autocapitalize: 'characters', class: 'code' },
  number: { ...AS_TYPED, class: 'code' },
  date: { ...AS_TYPED, inputmode: 'numeric' },
  choice: {},
};

/**
 * @param {AnyPage} page
 * @param {Field} field
 */
export function fieldPart(page, field) {
  const { name } = field;
  const rules = (field.rules ?? []).map(rulePart);
  const ids = [field.hint && `${name}-hint`, rules.length && `${name}-rules`, `${name}-error`];
  // Another tab may have logged this member out and the next one in.
  const whose = page.data?.login_id ?? '';
  const draft = /** @type {const} */ (`draft ${page.path} ${whose} ${name}`);
  const input = control(field, draft, ids.filter(Boolean).join(' '));
  const error = h('p', { class: 'error', id: `${name}-error` });

  /** @param {string} text */
  const showError = (text) => {
    error.textContent = text;
    input.setAttribute('aria-invalid', String(text !== ''));
  };
  const value = () => input.value;
  return {
    field,
    input,
    value,
    element: h(
      'div',
      { class: 'field' },
      h('label', { for: name }, t(field.label)),
      field.hint && h('p', { class: 'hint', id: `${name}-hint` }, t(field.hint)),
      field.kind === 'password' ? withReveal(input) : input,
      rules.length > 0 &&
        h(
          'ul',
          { class: 'rules', id: `${name}-rules` },
          rules.map((r) => r.item),
        ),
      error,
    ),

    /** Shows which rules are kept. @param {Values} values */
    check: (values) => rules.forEach((rule) => rule.check(values)),

    clearError: () => showError(''),

    forgetDraft: () => tab.remove(draft),

    /** Whether it can be sent; if not, it says why. @param {Values} values */
    isReady(values) {
      const broken = rules.find((rule) => !rule.isKept(values));
      const lack = broken ? t('form.rule', { text: broken.text }) : '';
      showError(value() === '' ? t('form.required') : lack);
      return error.textContent === '';
    },

    /** Whether one of the errors is here. @param {FieldError[]} errors */
    showErrors(errors) {
      const mine = errors.filter((one) => one.field === name);
      showError(mine.map(errorText).join(' '));
      return mine.length > 0;
    },
  };
}

/**
 * @param {Field} field
 * @param {`draft ${string}`} draft
 * @param {string} describedBy
 */
function control(field, draft, describedBy) {
  const element = field.kind === 'choice' ? select(field) : input(field);
  element.setAttribute('aria-describedby', describedBy);
  element.value = (field.isDraft && tab.get(draft)) || (field.value ?? element.value);
  if (field.isDraft) element.addEventListener('input', () => tab.set(draft, element.value));
  return element;
}

/** @param {Field} field */
function input({ name, kind, autocomplete = 'off' }) {
  return h('input', { id: name, name, type: 'text', autocomplete, required: true, ...KINDS[kind] });
}

/** @param {Field} field */
function select({ name, options = [] }) {
  return h(
    'select',
    { id: name, name },
    options.map(([value, label]) => h('option', { value }, t(label))),
  );
}

/** @param {HTMLInputElement | HTMLSelectElement} input */
function withReveal(input) {
  const toggle = button(t('form.show'), () => {
    const isShown = input.getAttribute('type') === 'text';
    input.setAttribute('type', isShown ? 'password' : 'text');
    toggle.setAttribute('aria-pressed', String(!isShown));
  });
  toggle.setAttribute('aria-pressed', 'false');
  toggle.setAttribute('aria-controls', input.id);
  return h('div', { class: 'reveal' }, input, toggle);
}

/** @param {Rule} rule */
function rulePart({ text, isKept }) {
  const state = h('span', { class: 'unseen' });
  const item = h('li', {}, text, state);
  return {
    text,
    item,
    isKept,
    /** @param {Values} values */
    check(values) {
      item.classList.toggle('kept', isKept(values));
      state.textContent = t(isKept(values) ? 'form.rule_kept' : 'form.rule_open');
    },
  };
}

/** @param {FieldError} error */
function errorText({ detail, min, max }) {
  if (min) return `${detail} ${t('form.min', { n: min })}`;
  if (max) return `${detail} ${t('form.max', { n: max })}`;
  return detail;
}
