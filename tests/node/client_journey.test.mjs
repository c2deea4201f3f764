// client_journey.test.mjs - a member's whole way through the client library, against the service.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient } from '../../tools/client/src/index.js';
import { API, PASSWORD, good, mailedToken, register } from './service.mjs';

test('client: a member registers, logs in, changes all there is, and leaves', async () => {
  const saved = [];
  const tokenStore = {
    load: async () => saved.at(-1) ?? null,
    save: async (token) => saved.push(token),
  };
  const ends = [];
  const options = { baseUrl: API, session: 'body', language: 'en', tokenStore };
  const client = createClient({ ...options, onSessionEnd: (problem) => ends.push(problem) });
  const email = await register(client);
  assert.equal(client.isLoggedIn, false);
  assert.equal((await client.getProfile()).problem.code, 'session_needed');
  assert.equal((await client.resume()).problem.code, 'session_needed');

  const tokens = good(await client.logIn({ body: { login_id: email, password: PASSWORD } }));
  assert.equal(client.isLoggedIn, true);
  assert.deepEqual(saved, [tokens.refresh_token]);
  assert.equal(good(await client.getProfile()).login_id, email);

  const reloaded = createClient(options);
  const next = good(await reloaded.resume());
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  assert.equal(saved.at(-1), next.refresh_token);
  assert.equal(good(await reloaded.updateSettings({ body: { nickname: 'はな' } })).nickname, 'はな');

  const second = createClient({ ...options, tokenStore: undefined });
  good(await second.logIn({ body: { login_id: email, password: PASSWORD } }));
  const { sessions } = good(await client.listSessions());
  assert.equal(sessions.length, 2);
  good(await client.endSession({ id: sessions.find(({ current }) => !current).id }));
  assert.equal((await second.getProfile()).problem.code, 'login_required');
  assert.equal(second.isLoggedIn, false);

  const another = `another-${email}`;
  good(await client.requestEmailChange({ body: { email: another, current_password: PASSWORD } }));
  good(await client.confirmEmail({ token: await mailedToken(another, 1) }));
  assert.equal(good(await client.getProfile()).email, another);
  const password = 'kinmokusei2026';
  const change = { current_password: PASSWORD, password, password_confirmation: password };
  good(await client.changePassword({ body: change }));
  good(await client.getProfile());

  good(await client.logOut());
  assert.equal(client.isLoggedIn, false);
  assert.equal(saved.at(-1), null);
  good(await client.logIn({ body: { login_id: email, password } }));
  const wrong = await client.deleteAccount({ body: { current_password: PASSWORD } });
  assert.equal(wrong.problem.code, 'current_password_wrong');
  assert.equal(wrong.problem.status, 403);
  assert.equal(wrong.problem.response.status, 403);
  assert.equal(typeof wrong.problem.attempts_left, 'number');
  good(await client.deleteAccount({ body: { current_password: password } }));
  assert.equal(client.isLoggedIn, false);
  assert.equal(saved.at(-1), null);
  assert.deepEqual(ends, []); // the member did it
});
