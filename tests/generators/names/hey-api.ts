// hey-api.ts - the names of uses.ts in its output.
import type { Captcha, SubmitIdentityErrors } from './generated/types.gen';

export type IdentityProblem = SubmitIdentityErrors[422];
export type BadRequest = SubmitIdentityErrors[400];
export type NotRouted = SubmitIdentityErrors['default'];
export type { Captcha };
