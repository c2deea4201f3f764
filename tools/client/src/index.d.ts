// index.d.ts - the types of the client: each operation of openapi.yaml is a method by its
// operationId; its body, data and problem codes are those of openapi.yaml.

import type { operations } from './openapi.js';
import type {
  CommonCode,
  FieldErrorCode,
  OperationCodes,
  OperationTokens,
} from './operations.js';

export type { components } from './openapi.js';
export type { CommonCode, FieldErrorCode, OperationCodes } from './operations.js';

export type OperationName = keyof OperationCodes;

/** What the client itself says; such a problem has the status 0. */
export type ClientCode =
  /** The device has no network. */
  | 'offline'
  /** No answer within `timeoutMs`. */
  | 'timeout'
  /** The connection failed or ended without an answer; or the page's origin is refused (CORS). */
  | 'network_error'
  /** The answer is not the service's: of a proxy, a public Wi-Fi, or cut off. */
  | 'unreadable_answer'
  /** The call needs an access token and none is held: `resume()` or `logIn()` first. */
  | 'session_needed'
  /** Page and API are not of the same site, so the refresh cookie cannot travel. */
  | 'cross_site';

type Json<Response> = Response extends { content: { 'application/json': infer Data } }
  ? Data
  : Response extends { content: Record<string, infer Text> }
    ? Text
    : undefined;

type Good<Responses> = Responses[keyof Responses & (200 | 201 | 202 | 204)];

/** The body that an operation takes. */
export type Body<Name extends OperationName> = operations[Name] extends {
  requestBody: { content: { 'application/json': infer Content } };
}
  ? Name extends 'logIn'
    ? Omit<Content, 'refresh'>
    : Content
  : never;

/** What a good answer of an operation brings. */
export type Data<Name extends OperationName> = Json<Good<operations[Name]['responses']>>;

/** Access-token calls may be preceded by a refresh, whose problem is then theirs. */
export type Code<Name extends OperationName> =
  | OperationCodes[Name]
  | (OperationTokens[Name] extends 'access' | 'access-or-cookie'
      ? OperationCodes['refreshSession']
      : never)
  | CommonCode
  | ClientCode;

export interface FieldError<Name extends OperationName = OperationName> {
  field: keyof Body<Name> & string;
  code: FieldErrorCode;
  /** For the member, in the language of the call. */
  detail: string;
  /** With `too_short`: the characters that are needed. */
  min?: number;
  /** With `too_long`: the characters that are allowed. */
  max?: number;
}

export interface Problem<Name extends OperationName = OperationName> {
  /** Decide by it. A later version of the service may send others: then decide by `status`. */
  code: Code<Name>;
  /** 0 where the client says it. */
  status: number;
  /** Title and detail are for the member, in the language of the call. */
  title: string;
  detail: string;
  /** The seconds to wait before the next try. */
  retry_after?: number;
  attempts_left?: number;
  /** Always there with `invalid_fields`. */
  errors?: FieldError<Name>[];
  /** For the support: the service's log has it. */
  request_id?: string;
  /** Whenever there was an answer; its body is read already. */
  response?: Response;
  /** Below a client code: the error that the browser or Node gave. For debugging. */
  cause?: unknown;
}

export interface Success<Data> {
  ok: true;
  data: Data;
  problem?: undefined;
}

export interface Failure<Name extends OperationName = OperationName> {
  ok: false;
  problem: Problem<Name>;
  data?: undefined;
}

export type Result<Name extends OperationName> = Success<Data<Name>> | Failure<Name>;

type Token<Name extends OperationName> = OperationTokens[Name] extends 'stage'
  ? { /** Of the mailed link, or `stage_token`. */ token: string }
  : unknown;

type InPath<Name extends OperationName> = operations[Name] extends {
  parameters: { path: infer Parameters };
}
  ? Parameters
  : unknown;

type InBody<Name extends OperationName> = Name extends 'refreshSession'
  ? unknown
  : [Body<Name>] extends [never]
    ? unknown
    : { body: Body<Name> };

export type Input<Name extends OperationName> = Token<Name> &
  InPath<Name> &
  InBody<Name> & {
    /** Aborted, the call rejects with the signal's reason. Nothing else makes it reject. */
    signal?: AbortSignal | undefined;
  };

export type Call<Name extends OperationName> = {} extends Input<Name>
  ? (input?: Input<Name>) => Promise<Result<Name>>
  : (input: Input<Name>) => Promise<Result<Name>>;

export type Client = { readonly [Name in OperationName]: Call<Name> } & {
  /** Whether an access token is held. */
  readonly isLoggedIn: boolean;
  /** After a reload: an access token by the cookie or the store. The same as refreshSession. */
  resume(input?: { signal?: AbortSignal | undefined }): Promise<Result<'refreshSession'>>;
  /** An access token that is good for a call of another service of the portal. */
  accessToken(input?: {
    signal?: AbortSignal | undefined;
  }): Promise<Success<string> | Failure<'refreshSession'>>;
  /** Drops the access token. The session goes on; logOut() ends it. */
  forget(): void;
};

/** Where an app keeps the refresh token: the key store of the device. */
export interface TokenStore {
  load(): Promise<string | null>;
  save(token: string | null): Promise<void>;
}

export interface ClientOptions {
  /** Where the API is, without `/v1`; by default at the page's origin. */
  baseUrl?: string;
  /** Of the texts, and of mails that a call causes: 'ja' by default. */
  language?: 'ja' | 'en' | (() => 'ja' | 'en');
  /** How the refresh token travels: 'cookie' (the default), for pages, or 'body'. */
  session?: 'cookie' | 'body';
  /** With 'body'; by default the refresh token is kept in memory. */
  tokenStore?: TokenStore;
  /** For one try; the tries of one request take at most three times as long. 10000 by default. */
  timeoutMs?: number;
  fetch?: typeof fetch;
  /** The session whose access token is held has ended, for whatever reason but a log-out here. */
  onSessionEnd?(problem: Problem): void;
}

export function createClient(options?: ClientOptions): Client;

/**
 * The token of a mailed link (`#token=`), or null. It leaves the address bar, where others could see
 * it, and a reload does not bring it back: keep it in memory, or in sessionStorage.
 */
export function tokenFromLocation(): string | null;
