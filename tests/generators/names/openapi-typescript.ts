// openapi-typescript.ts - the names of uses.ts in its output.
import type { components, operations } from './generated/api';

type Problem<Operation extends keyof operations, Status extends PropertyKey> =
  operations[Operation]['responses'] extends Record<
    Status,
    { content: { 'application/problem+json': infer Body } }
  >
    ? Body
    : never;

export type IdentityProblem = Problem<'submitIdentity', 422>;
export type BadRequest = Problem<'submitIdentity', 400>;
export type NotRouted = Problem<'submitIdentity', 'default'>;
export type Captcha = components['schemas']['Captcha'];
