// kubb.ts - the names of uses.ts in its output.
export type {
  Captcha,
  NotRoutedProblem as NotRouted,
  SubmitIdentity400 as BadRequest,
  SubmitIdentity422 as IdentityProblem,
} from './generated/index.ts';
