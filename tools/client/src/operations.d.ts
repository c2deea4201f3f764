// operations.d.ts - the codes of openapi.yaml as literal types, and what a call of each
// operation needs to know.
//
// Written by tools/gen/client from openapi.yaml. Do not edit.

/** What any call may be answered with, whatever its operation. */
export type CommonCode =
  | 'headers_too_large'
  | 'http_version_not_supported'
  | 'internal_error'
  | 'length_required'
  | 'malformed_request'
  | 'method_not_allowed'
  | 'not_found'
  | 'overloaded'
  | 'request_timeout'
  | 'stopping'
  | 'too_many_tries'
  | 'unavailable';

/** What may be wrong with one field of a body. */
export type FieldErrorCode =
  | 'bad_character'
  | 'bad_format'
  | 'common_password'
  | 'context_password'
  | 'invisible_character'
  | 'needs_letter_and_digit'
  | 'not_equal'
  | 'not_offered'
  | 'required'
  | 'too_long'
  | 'too_short'
  | 'unknown_field'
  | 'wrong_type';

/** The problem codes of each operation. */
export interface OperationCodes {
  requestInvitation:
    | 'body_too_large'
    | 'email_domain_refused'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  getRegistrationStage:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'unavailable';
  createCaptcha:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'request_timeout'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  submitIdentity:
    | 'body_too_large'
    | 'captcha_expired'
    | 'captcha_wrong'
    | 'identity_mismatch'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'request_timeout'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  submitAuthenticationKey:
    | 'authentication_key_wrong'
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'request_timeout'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'unavailable'
    | 'unsupported_media_type';
  createAccount:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_id_taken'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'request_timeout'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  listSessions:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'unavailable';
  logIn:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_failed'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  endOtherSessions:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'unavailable';
  refreshSession:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_required'
    | 'malformed_request'
    | 'origin_refused'
    | 'overloaded'
    | 'request_timeout'
    | 'unavailable'
    | 'unsupported_media_type';
  logOut:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'origin_refused'
    | 'overloaded'
    | 'unavailable';
  endSession:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'not_found'
    | 'overloaded'
    | 'unavailable';
  getJwks:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded';
  requestLoginIdReminder:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  requestPasswordReset:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  resetPassword:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'registration_over'
    | 'request_timeout'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'unavailable'
    | 'unsupported_media_type';
  requestAccountDeletion:
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  confirmAccountDeletion:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'unavailable';
  getProfile:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'unavailable';
  deleteAccount:
    | 'access_token_expired'
    | 'body_too_large'
    | 'current_password_wrong'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  updateSettings:
    | 'access_token_expired'
    | 'body_too_large'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'unavailable'
    | 'unsupported_media_type';
  changePassword:
    | 'access_token_expired'
    | 'body_too_large'
    | 'current_password_wrong'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  requestEmailChange:
    | 'access_token_expired'
    | 'body_too_large'
    | 'current_password_wrong'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  confirmEmail:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded'
    | 'token_expired'
    | 'token_invalid'
    | 'token_missing'
    | 'token_spent'
    | 'unavailable';
  withdrawEmailChange:
    | 'access_token_expired'
    | 'internal_error'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'unavailable';
  changeLoginId:
    | 'access_token_expired'
    | 'body_too_large'
    | 'current_password_wrong'
    | 'internal_error'
    | 'invalid_fields'
    | 'login_id_taken'
    | 'login_required'
    | 'malformed_request'
    | 'overloaded'
    | 'request_timeout'
    | 'too_many_tries'
    | 'unavailable'
    | 'unsupported_media_type';
  getConfig:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded';
  getOpenapi:
    | 'internal_error'
    | 'malformed_request'
    | 'overloaded';
}

/** Whose token an operation takes: `stage` is that of a mailed link or an answer. */
export interface OperationTokens {
  requestInvitation: 'none';
  getRegistrationStage: 'stage';
  createCaptcha: 'stage';
  submitIdentity: 'stage';
  submitAuthenticationKey: 'stage';
  createAccount: 'stage';
  listSessions: 'access';
  logIn: 'none';
  endOtherSessions: 'access';
  refreshSession: 'none';
  logOut: 'access-or-cookie';
  endSession: 'access';
  getJwks: 'none';
  requestLoginIdReminder: 'none';
  requestPasswordReset: 'none';
  resetPassword: 'stage';
  requestAccountDeletion: 'none';
  confirmAccountDeletion: 'stage';
  getProfile: 'access';
  deleteAccount: 'access';
  updateSettings: 'access';
  changePassword: 'access';
  requestEmailChange: 'access';
  confirmEmail: 'stage';
  withdrawEmailChange: 'access';
  changeLoginId: 'access';
  getConfig: 'none';
  getOpenapi: 'none';
}

export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  readonly path: string;
  /** Whether it needs the access token. */
  readonly access?: boolean;
  /** Whether it takes a body. */
  readonly body?: boolean;
  /** Of the good answer. */
  readonly status: number;
  /** What the good answer brings, a JSON object or a text; absent if it is empty. */
  readonly data?: 'json' | 'text';
  /** Whether it must not be sent again by itself after a lost answer. */
  readonly once?: boolean;
}

export const operations: { readonly [Name in keyof OperationCodes]: Operation };
