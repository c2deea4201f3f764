// society.js - what GET /v1/config says of the society; until it is there, or without it, what is usual.

import { client } from './api.js';
import { language } from './i18n.js';

/** @import { PasswordPolicy } from './storage.js' */

/**
 * @typedef {object} Config
 * @property {{ name: Record<'ja' | 'en', string>, contact: Record<'ja' | 'en', string | null>,
 *   mail_from?: string }} society
 * @property {PasswordPolicy} password_policy
 * @property {boolean} [posted_code_required]
 * @property {string[]} [registration_email_domains]  none: every address gets an invitation
 */

/** @type {Config} */
let config = {
  society: { name: { ja: '', en: '' }, contact: { ja: null, en: null }, mail_from: '' },
  password_policy: { length_min: 8, length_max: 128, composition: 'letter-and-digit' },
};

/** @type {Promise<void>} */
let asked;

/**
 * Asks once; nothing waits for it but what calls `passwordPolicy()`.
 *
 * @param {() => void} changed  called when the answer is there
 */
export function askSociety(changed) {
  asked = client.getConfig().then((result) => {
    if (!result.ok) return;
    config = result.data;
    changed();
  });
}

export function societyName() {
  return config.society.name[language()];
}

/** Whom members ask, in their language where the society says it so; null if it says nothing. */
export function societyContact() {
  const { contact } = config.society;
  return contact[language()] ?? contact.ja ?? contact.en;
}

/** The domain that mails come from; empty until it is known. */
export function mailDomain() {
  return config.society.mail_from?.split('@').at(-1) ?? '';
}

/** The domains whose addresses get an invitation; none: every one does. One with a dot before it
 * means all below it. */
export async function emailDomains() {
  await asked;
  return config.registration_email_domains ?? [];
}

/** Whether members need the code of a letter that the society has posted. */
export async function asksPostedCode() {
  await asked;
  return config.posted_code_required ?? false;
}

/** The rules of a new password. */
export async function passwordPolicy() {
  await asked;
  return config.password_policy;
}
