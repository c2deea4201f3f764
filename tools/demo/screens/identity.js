// identity.js - step 2: 番号 and 記号, birth date and posted code where they are asked, and a CAPTCHA. It is
// the page of the first mailed link.

import { client } from '../lib/api.js';
import { captchaPart } from '../lib/captcha.js';
import { h, link } from '../lib/dom.js';
import { form } from '../lib/form.js';
import { t } from '../lib/i18n.js';
import { forgetRegistration, loadStage, tokenOf } from '../lib/links.js';
import { ownProblem } from '../lib/problem.js';
import { go } from '../lib/router.js';

/** @import { Child } from '../lib/dom.js' */
/** @import { Field } from '../lib/field.js' */
/** @import { TextKey } from '../lib/i18n.js' */
/** @import { StageState } from '../lib/links.js' */
/** @import { Page, Screen } from '../lib/router.js' */

/** @typedef {Page<StageState>} IdentityPage */

/** With these the CAPTCHA is used up. */
const CAPTCHA_IS_SPENT = new Set(['captcha_wrong', 'captcha_expired', 'identity_mismatch']);

/**
 * What the screen is, by the call that comes next in the registration; after any later step, of which
 * this app need not know, the key can be shown again.
 *
 * @type {Record<string, (page: IdentityPage) => Child[]>}
 */
const VIEWS = {
  '/v1/registration/identity': identityForm,
  '/v1/sessions': alreadyDone,
};

/** @type {Screen<StageState>} */
export const identity = {
  title: 'identity.title',
  step: 2,
  stage: 'identity',
  restart: '/register',
  load: loadStage,
  view: (page) => (VIEWS[page.data.next.path] ?? keyAgain)(page),
};

/** @param {IdentityPage} page */
function identityForm(page) {
  return [h('p', {}, t('identity.intro', { email: page.data.email })), where(), fields(page)];
}

// The number was right already, and the second mail is out; the key can be shown again.
/** @param {IdentityPage} page */
function keyAgain(page) {
  return [
    h('p', { class: 'notice' }, t('identity.passed')),
    h('h2', {}, t('identity.again_title')),
    h('p', {}, t('identity.again_text')),
    where(),
    fields(page),
  ];
}

export function alreadyDone() {
  forgetRegistration();
  return [
    h('p', { class: 'notice' }, t('identity.done')),
    h(
      'p',
      { class: 'actions' },
      link('/login', t('problem.to_login'), { class: 'button primary' }),
    ),
  ];
}

/** @param {IdentityPage} page */
function fields(page) {
  const token = tokenOf(page);
  const captcha = captchaPart(page, token);
  /** @type {Parameters<typeof client.submitIdentity>[0]['body']} */
  let body;
  return form(page, {
    fields: [
      NUMBER,
      ...(page.data.birth_date_required ? [BIRTH_DATE] : []),
      ...(page.data.posted_code_required ? [POSTED_CODE] : []),
      ANSWER,
    ],
    before: { captcha_answer: captcha.element },
    submit: 'identity.submit',
    async send({ insured_number, birth_date, posted_code, captcha_answer }) {
      const { captcha_token } = page.state.captcha ?? {};
      if (!captcha_token) return withoutCaptcha();
      body = { insured_number, birth_date, posted_code, captcha_token, captcha_answer };
      return client.submitIdentity({ token, body, signal: page.signal });
    },
    done: (shown) => go('/register/key-shown', { handover: { shown, token, body } }),
    onProblem(problem) {
      if (CAPTCHA_IS_SPENT.has(problem.code)) captcha.renew();
    },
  });
}

// It could not be fetched: the button beside it gets another.
function withoutCaptcha() {
  return ownProblem('captcha_missing', t('captcha.missing_title'), t('captcha.missing_text'));
}

/** @type {Field} */
const NUMBER = {
  name: 'insured_number',
  label: 'identity.number',
  hint: 'identity.number_hint',
  kind: 'number',
};

/** @type {Field} */
const BIRTH_DATE = {
  name: 'birth_date',
  label: 'identity.birth_date',
  hint: 'identity.birth_date_hint',
  kind: 'date',
  autocomplete: 'bday',
};

/** @type {Field} */
const POSTED_CODE = {
  name: 'posted_code',
  label: 'identity.posted_code',
  hint: 'identity.posted_code_hint',
  kind: 'code',
};

/** @type {Field} */
const ANSWER = {
  name: 'captcha_answer',
  label: 'captcha.answer',
  hint: 'captcha.answer_hint',
  kind: 'code',
};

// Where the two numbers stand, and how they are typed.
function where() {
  return h(
    'details',
    { class: 'card', open: true },
    h('summary', {}, t('identity.where')),
    h(
      'div',
      { class: 'pictures' },
      drawing('/images/certificate.svg', 'identity.certificate', 'identity.certificate_alt'),
      drawing('/images/mynaportal.svg', 'identity.mynaportal', 'identity.mynaportal_alt'),
    ),
    h('p', {}, t('identity.example')),
  );
}

/**
 * @param {string} src
 * @param {TextKey} caption
 * @param {TextKey} alt
 */
function drawing(src, caption, alt) {
  return h(
    'figure',
    {},
    h('img', { src, alt: t(alt), width: 320, height: 200 }),
    h('figcaption', {}, t(caption)),
  );
}
