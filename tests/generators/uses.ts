// uses.ts - what an app writes that decides by codes and kinds: right words compile, wrong ones do
// not. run.mjs compiles it with each generator's output; names.ts says what that calls the types.

import type { BadRequest, Captcha, IdentityProblem, NotRouted } from './names';

export function isLate(problem: IdentityProblem): boolean {
  return problem.code === 'captcha_expired';
}

export function isMisspelt(problem: IdentityProblem): boolean {
  // @ts-expect-error: captcha_expired
  return problem.code === 'captcha_expird';
}

export function isOfAnotherCall(problem: IdentityProblem): boolean {
  // @ts-expect-error: a code of the login
  return problem.code === 'login_failed';
}

// These are all codes of this answer: otherwise a path would end without `return`.
export function triesLeft(problem: IdentityProblem): number {
  switch (problem.code) {
    case 'identity_mismatch':
      return problem.attempts_left;
    case 'captcha_wrong':
    case 'captcha_expired':
      return problem.attempts_left + 1;
  }
}

export function wrongFields(problem: BadRequest): string[] {
  if (problem.code === 'malformed_request') return [];
  return problem.errors.filter((error) => error.code === 'required').map((error) => error.field);
}

export function misspeltFields(problem: BadRequest): number | undefined {
  // @ts-expect-error: required
  return problem.errors?.filter((error) => error.code === 'requird').length;
}

export function isEverywhere(problem: NotRouted): boolean {
  return problem.code === 'headers_too_large';
}

export function isNotEverywhere(problem: NotRouted): boolean {
  // @ts-expect-error: a code of the identity step
  return problem.code === 'captcha_expired';
}

export function shown(captcha: Captcha): string | number {
  if (captcha.kind === 'proof_of_work') return captcha.challenge.maxnumber;
  const type: 'image/png' | 'audio/wav' = captcha.media_type;
  const data: string = captcha.data;
  return `data:${type};base64,${data}`;
}

export function isNoKind(captcha: Captcha): boolean {
  // @ts-expect-error: image
  return captcha.kind === 'picture';
}
