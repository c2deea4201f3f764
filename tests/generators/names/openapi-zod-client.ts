// openapi-zod-client.ts - the names of uses.ts in its output.
import type { z } from 'zod';
import type { schemas } from './generated/api';

export type IdentityProblem = z.infer<typeof schemas.IdentityWrongProblem>;
export type BadRequest = z.infer<typeof schemas.BadRequestProblem>;
export type NotRouted = z.infer<typeof schemas.NotRoutedProblem>;
export type Captcha = z.infer<typeof schemas.Captcha>;
