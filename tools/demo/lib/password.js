// password.js - the two fields of a new password, with the society's rules.

import { t } from './i18n.js';

/** @import { Field, Values } from './field.js' */
/** @import { PasswordPolicy } from './storage.js' */

/**
 * The service has the last word: it knows the common passwords, too.
 *
 * @param {PasswordPolicy} policy
 * @returns {Field[]}
 */
export function newPasswordFields(policy) {
  return [
    {
      name: 'password',
      label: 'password.new',
      hint: 'password.hint',
      kind: 'password',
      autocomplete: 'new-password',
      rules: rules(policy),
    },
    {
      name: 'password_confirmation',
      label: 'password.again',
      kind: 'password',
      autocomplete: 'new-password',
      rules: [{ text: t('password.rule_same'), isKept: isSame }],
    },
  ];
}

/** @type {Field} */
export const currentPassword = {
  name: 'current_password',
  label: 'password.current',
  kind: 'password',
  autocomplete: 'current-password',
};

/** @param {PasswordPolicy} policy */
function rules({ length_min: min, length_max: max, composition }) {
  const length = {
    text: t('password.rule_length', { min, max }),
    isKept: (/** @type {Values} */ { password }) => isWithin(lengthOf(password), min, max),
  };
  const mix = {
    text: t('password.rule_mix'),
    isKept: (/** @type {Values} */ { password }) =>
      /[a-z]/.test(password) && /[0-9]/.test(password),
  };
  return composition === 'letter-and-digit' ? [length, mix] : [length];
}

// As the service counts: code points after NFC.
/** @param {string} text */
function lengthOf(text) {
  return [...text.normalize('NFC')].length;
}

/**
 * @param {number} length
 * @param {number} min
 * @param {number} max
 */
function isWithin(length, min, max) {
  return length >= min && length <= max;
}

/** @param {Values} values */
function isSame({ password, password_confirmation: again }) {
  return again !== '' && again === password;
}
