// register.js - step 1 of the registration: the e-mail address.

import { client } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { asksPostedCode, emailDomains } from '../lib/society.js';
import { showMailSent } from './mail-sent.js';

/** @import { Problem } from '../lib/api.js' */
/** @import { Screen } from '../lib/router.js' */

/** @type {Screen<{ domains: string[], letter: boolean }>} */
export const register = {
  title: 'register.title',
  step: 1,
  load: async () => ({
    ok: true,
    data: { domains: await emailDomains(), letter: await asksPostedCode() },
  }),

  view: (page) => [
    h('p', {}, t('register.intro')),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, t('register.needs')),
      h(
        'ul',
        {},
        h('li', {}, t('register.need_mail')),
        page.data.domains.length > 0 &&
          h('li', { class: 'domains' }, domainsLine(page.data.domains)),
        h('li', {}, t('register.need_number')),
        page.data.letter && h('li', {}, t('register.need_letter')),
        h('li', {}, t('register.need_insured')),
      ),
    ),
    form(page, {
      fields: [
        {
          name: 'email',
          label: 'field.email',
          hint: page.data.domains.length > 0 ? 'register.email_hint_domains' : 'register.email_hint',
          kind: 'email',
          autocomplete: 'email',
          isDraft: true,
        },
      ],
      submit: 'register.submit',
      send: ({ email }) => client.requestInvitation({ body: { email }, signal: page.signal }),
      done: (data, { email }) => showMailSent('/register/mail-sent', email, data),
      onProblem: atEmail,
    }),
  ],
};

// "@example.co.jp", and "@*.example.co.jp" for all below it.
/** @param {string[]} domains */
function domainsLine(domains) {
  const spelled = domains.map((domain) => `@${domain.startsWith('.') ? '*' : ''}${domain}`);
  return t('register.domains', { domains: spelled.join(t('register.domains_and')) });
}

// What is wrong is the address: the words stand at its field.
/** @param {Problem} problem */
function atEmail(problem) {
  if (problem.code !== 'email_domain_refused') return problem;
  const error = { field: 'email', code: problem.code, detail: problem.title };
  return { ...problem, errors: [error] };
}
