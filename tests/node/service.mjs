// service.mjs - the service of tests/node/on_stack as a test sees it: members, mails, CAPTCHAs.

import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const { API, API_10S, BUILD, STACK } = process.env;
const { DB_SOCKET, DB_NAME, DB_OWNER_USER, DB_OWNER_PASSWORD_FILE } = process.env;
if (!API) throw new Error('run it with tests/node/on_stack');

export { API, API_10S };
export const PASSWORD = 'asagao7rakuda'; // which is no common one
const WAIT_MS = 20_000; // for a busy machine

export function newAddress() {
  return `member${randomUUID().slice(0, 18)}@example.jp`;
}

// 番号 then 記号 of an insured person nobody had before: setup_suite.bash has a thousand of them.
let taken = 0;
export function newNumber() {
  return `${100001 + taken++}900`;
}

// The token of the newest mail to an address, once it has so many: the mail catcher notes them.
export async function mailedToken(address, count) {
  const file = `${STACK}/mail/tokens/${address.toLowerCase()}`;
  const last = performance.now() + WAIT_MS;
  for (;;) {
    const tokens = (await readFile(file, 'ascii').catch(() => '')).split('\n').slice(0, -1);
    if (tokens.length >= count) return tokens.at(-1);
    if (performance.now() > last) throw new Error(`${tokens.length} mails came, of ${count}`);
    await setTimeout(20);
  }
}

export const DAY_MS = 86_400_000;
const JAPAN_MS = 9 * 3_600_000; // UTC+9, no summer time

// The date in Japan, so many days ago.
export function dayAgo(days) {
  return new Date(Date.now() + JAPAN_MS - days * DAY_MS).toISOString().slice(0, 10);
}

// Eligibility of a member ends on this day (2026-11-22), the first without.
export function eligibleUntil(loginId, date) {
  const options = ['--no-defaults', `--socket=${DB_SOCKET}`, `--user=${DB_OWNER_USER}`, DB_NAME];
  const sql = `UPDATE insured_person p JOIN account a ON a.person_id = p.id
    SET p.eligible_until = '${date}' WHERE a.login_id = '${loginId}'`;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, MYSQL_PWD: readFileSync(DB_OWNER_PASSWORD_FILE, 'utf8').trim() };
    const child = execFile('mariadb', options, { env }, (error) => (error ? reject(error) : resolve()));
    child.stdin.end(sql);
  });
}

// The code of a letter to the person of this number; one of before is void.
export async function postedCode(number) {
  const folder = mkdtempSync(join(tmpdir(), 'letter-'));
  const file = join(folder, 'letter.csv');
  const words = ['roster', 'codes', '--reissue', '--export', file, '--reason', 'a test', '-'];
  const made = promisify(execFile)(`${BUILD}/tools/ctl/myportalctl`, words);
  made.child.stdin.end(`${number}\n`);
  await made;
  const letter = readFileSync(file, 'utf8').split('\r\n')[1];
  rmSync(folder, { recursive: true });
  return letter.split('","')[3];
}

// What a member would read off the picture.
export function captchaAnswer(captchaToken) {
  return new Promise((resolve, reject) => {
    const ctl = `${BUILD}/tools/ctl/myportalctl`;
    const child = execFile(ctl, ['captcha', 'answer', '-'], (error, out) =>
      error ? reject(error) : resolve(out.trim()),
    );
    child.stdin.end(`${captchaToken}\n`);
  });
}

export function good(result) {
  if (result.ok) return result.data;
  throw new Error(`${result.problem.code}: ${result.problem.detail}`, result.problem);
}

// The steps of a registration, with a client of the test's. Each goes on from what the one before said.
export async function invite(client) {
  const email = newAddress();
  good(await client.requestInvitation({ body: { email } }));
  return { email, number: newNumber(), invitation: await mailedToken(email, 1) };
}

export async function identify(client, { invitation, number, email }) {
  const captcha = good(await client.createCaptcha({ token: invitation, body: { kind: 'image' } }));
  const body = {
    insured_number: number,
    captcha_token: captcha.captcha_token,
    captcha_answer: await captchaAnswer(captcha.captcha_token),
  };
  const { authentication_key } = good(await client.submitIdentity({ token: invitation, body }));
  return { invitation, number, email, authentication_key, link: await mailedToken(email, 2) };
}

// The whole of it; answers with the new member's login ID.
export async function register(client) {
  const { email, authentication_key, link } = await identify(client, await invite(client));
  const step = good(
    await client.submitAuthenticationKey({ token: link, body: { authentication_key } }),
  );
  const account = {
    login_id: email,
    email,
    password: PASSWORD,
    password_confirmation: PASSWORD,
    nickname: 'はなこ',
  };
  good(await client.createAccount({ token: step.stage_token, body: account }));
  return email;
}

// Another server on the same database, with a clock that is ahead ('+31m', libfaketime), until the
// test `t` is over; answers with its address. It has the ports of PAGES.
export async function startAhead(t, offset) {
  const port = Number(process.env.PAGES);
  const { DB_OWNER_PASSWORD_FILE: _, ASAN_OPTIONS = '', ...settings } = process.env;
  const env = {
    ...settings,
    LISTEN: `127.0.0.1:${port}`,
    LISTEN_INSIDE: `127.0.0.1:${port + 1}`,
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_FORCE_MONOTONIC_FIX: '0',
    ASAN_OPTIONS: `${ASAN_OPTIONS}:verify_asan_link_order=0`,
  };
  const server = spawn(`${BUILD}/api/myportald`, { env, stdio: 'ignore' });
  t.after(async () => {
    const end = once(server, 'exit');
    server.kill();
    await end;
  });
  const ready = `http://${env.LISTEN_INSIDE}/readyz`;
  const isReady = () => fetch(ready).then(({ ok }) => ok, () => false);
  await until(isReady, 'a server whose clock is ahead');
  return `http://${env.LISTEN}`;
}

// Waits until the service does not take this access token any longer.
export function isOver(access_token) {
  const headers = { Authorization: `Bearer ${access_token}` };
  const isRefused = async () => (await fetch(`${API}/v1/me`, { headers })).status === 401;
  return until(isRefused, 'the end of an access token');
}

// Waits until it is so; `what` it waits for is told when it takes too long.
export async function until(isSo, what) {
  const last = performance.now() + WAIT_MS;
  while (!(await isSo())) {
    if (performance.now() > last) throw new Error(`waited too long for ${what}`);
    await setTimeout(20);
  }
}
