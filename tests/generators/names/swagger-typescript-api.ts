// swagger-typescript-api.ts - the names of uses.ts in its output.
export type {
  BadRequestProblem as BadRequest,
  Captcha,
  IdentityWrongProblem as IdentityProblem,
  NotRoutedProblem as NotRouted,
} from './generated/Api';
