// client_types.ts - compiled by client_types.test.mjs, never run: what must compile, and what must
// not. tsc reports an @ts-expect-error below which nothing is wrong.

import { createClient } from 'myportal-client';
import type { Client, Problem } from 'myportal-client';

const client: Client = createClient({ baseUrl: 'http://127.0.0.1:8080', language: () => 'en' });

export async function codes(): Promise<string | undefined> {
  const result = await client.logIn({ body: { login_id: 'a@b.example', password: 'secret' } });
  if (result.ok) return result.data.access_token;
  switch (result.problem.code) {
    case 'login_failed':
    case 'too_many_tries':
    case 'offline':
    case 'cross_site':
      return result.problem.detail;
    // @ts-expect-error a misspelt code
    case 'login_faild':
      return undefined;
    // @ts-expect-error a code of other operations
    case 'captcha_wrong':
      return undefined;
  }
  // @ts-expect-error no data without success
  return result.data.access_token;
}

export async function bodies(token: string): Promise<void> {
  const signal = AbortSignal.timeout(1000);
  const body = { insured_number: '5678', captcha_token: 'x', captcha_answer: 'abcdef' };
  const key = await client.submitIdentity({ token, body, signal });
  if (key.ok) key.data.authentication_key satisfies string;
  if (!key.ok && key.problem.code === 'identity_mismatch') key.problem.attempts_left?.toFixed();
  // @ts-expect-error a misspelt member of the body
  await client.requestInvitation({ body: { emial: 'a@b.example' } });
  // @ts-expect-error the token of the link is missing
  await client.submitIdentity({ body });
  // @ts-expect-error the client holds the access token
  await client.getProfile({ token });
  // @ts-expect-error the client fills it in
  await client.logIn({ body: { login_id: 'a@b.example', password: 'x', refresh: 'cookie' } });
  // @ts-expect-error the body is missing
  await client.changePassword();
  // @ts-expect-error the session's id is missing
  await client.endSession({});
  await client.endSession({ id: 'EBESExQVFhcYGRobHB0eHw' });
  await client.createCaptcha({ token, body: {} });
  await client.confirmEmail({ token });
  await client.getProfile();
  await client.resume({ signal });
  const bearer = await client.accessToken();
  if (bearer.ok) bearer.data satisfies string;
  // @ts-expect-error the inside listener is nobody's business
  await client.getMetrics();
}

export async function documents(): Promise<void> {
  const config = await client.getConfig();
  if (config.ok) config.data.password_policy.length_min satisfies number;
  const contract = await client.getOpenapi();
  if (contract.ok) contract.data satisfies string;
  // @ts-expect-error it is a text
  if (contract.ok) contract.data.openapi;
}

export async function answers(token: string): Promise<void> {
  const profile = await client.getProfile();
  if (profile.ok) {
    profile.data.nickname satisfies string;
    profile.data.pending_email satisfies string | null;
    // @ts-expect-error no such member
    profile.data.nick_name;
  } else {
    profile.problem.code satisfies string;
    if (profile.problem.code === 'origin_refused') profile.problem.response?.status;
  }
  const captcha = await client.createCaptcha({ token, body: { kind: 'audio' } });
  if (captcha.ok && captcha.data.kind === 'audio') captcha.data.media_type satisfies 'audio/wav';
  if (captcha.ok && captcha.data.kind === 'proof_of_work') {
    captcha.data.challenge.maxnumber satisfies number;
  }
  const done = await client.endOtherSessions();
  if (done.ok) done.data satisfies undefined;
}

export function fields(problem: Problem<'createAccount'>): string | undefined {
  const wrong = problem.errors?.find(({ field }) => field === 'nickname');
  if (wrong?.code === 'too_long') return `${wrong.max}`;
  // @ts-expect-error a misspelt code of a field
  if (wrong?.code === 'to_long') return undefined;
  // @ts-expect-error a misspelt field
  return problem.errors?.find(({ field }) => field === 'nick_name')?.detail;
}

export function options(): void {
  createClient({ session: 'body', tokenStore: { load: async () => null, save: async () => {} } });
  // @ts-expect-error a misspelt kind of session
  createClient({ session: 'cookies' });
  // @ts-expect-error a store that cannot save
  createClient({ session: 'body', tokenStore: { load: async () => null } });
}
