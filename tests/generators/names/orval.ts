// orval.ts - the names of uses.ts in its output.
import type {
  Captcha,
  submitIdentityResponse400,
  submitIdentityResponse422,
  submitIdentityResponseDefault,
} from './generated/fetch';

export type IdentityProblem = submitIdentityResponse422['data'];
export type BadRequest = submitIdentityResponse400['data'];
export type NotRouted = submitIdentityResponseDefault['data'];
export type { Captcha };
