// mailbox.test.mjs - the mailbox page: mails as a person sees them, and none that does anything.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { test } from 'node:test';

import { API, mailedToken, newAddress } from '../node/service.mjs';
import { APP, PAGE, PAGE_PORT, findings, newContext } from './browser.mjs';

const { STACK, TREE } = process.env;

// The service mails an invitation.
async function invite(address, language = 'ja') {
  const answer = await fetch(`${API}/v1/registration/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': language },
    body: JSON.stringify({ email: address }),
  });
  assert.equal(answer.status, 202);
  await mailedToken(address, 1);
}

// A mail that the service would never send, put where the catcher puts its own.
async function put(address, lines) {
  const name = `${Date.now()}000000.1.to-00`;
  await writeFile(`${STACK}/mail/tmp/${name}`, [`X-RcptTo: ${address}`, ...lines].join('\n'));
  await rename(`${STACK}/mail/tmp/${name}`, `${STACK}/mail/new/${name}`);
}

async function open(t, { at = APP, query = '', ...options } = {}) {
  const page = await (await newContext(t, options)).newPage();
  await page.goto(`${at}/mailbox/${query}`);
  return page;
}

const item = (page, address) => page.locator('#list a', { hasText: address });

test('mailbox: a mail appears by itself, its links open the app in a new tab', async (t) => {
  const [first, second] = [newAddress(), newAddress()];
  const page = await open(t);
  await page.getByText('For development only').waitFor();
  await invite(first);
  await item(page, first).waitFor();

  // what comes meanwhile stands above, and takes the focus from nobody
  await item(page, first).focus();
  await invite(second, 'en');
  await item(page, second).waitFor();
  assert.match(await page.locator('#list a').first().textContent(), new RegExp(second));
  assert.equal(await page.locator('#list a:focus .to').textContent(), first);

  await page.keyboard.press('Enter');
  const subject = page.locator('#subject');
  await subject.filter({ hasText: '登録のご案内' }).waitFor();
  assert.equal(await subject.getAttribute('lang'), 'ja');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'subject');
  assert.equal(await item(page, first).getAttribute('aria-current'), 'true');

  const links = [
    page.locator('#mail pre a').first(),
    page.frameLocator('#mail iframe').getByRole('link').first(),
  ];
  for (const link of links) {
    assert.match(await link.getAttribute('href'), new RegExp(`^${APP}/register/identity#token=`));
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await tab.waitForURL(`${APP}/register/identity**`);
    assert.equal(await tab.evaluate(() => window.opener), null);
    await tab.close();
  }
  assert.match(page.url(), /\/mailbox\/#/);

  await page.goBack();
  await page.locator('#mail').waitFor({ state: 'hidden' });
});

test('mailbox: the filter narrows the list, and stands in the address bar', async (t) => {
  const [wanted, other] = [newAddress(), newAddress()];
  await invite(wanted);
  await invite(other);
  const page = await open(t, { query: `?to=${wanted.toUpperCase()}`, expected: [/404/] });
  await page.locator('#status', { hasText: /^1 mail to/ }).waitFor();
  assert.equal(await item(page, wanted).count(), 1);

  await page.getByLabel('Only those to').fill(other);
  await item(page, other).waitFor();
  await page.locator('#status', { hasText: /^1 mail to/ }).waitFor();
  assert.equal(await item(page, wanted).count(), 0);
  assert.equal(new URL(page.url()).search, `?to=${encodeURIComponent(other)}`);

  await page.getByLabel('Only those to').fill('nobody@at.all');
  await page.locator('#status', { hasText: 'No mail to' }).waitFor();
  assert.equal(await page.locator('#list a').count(), 0);

  await page.goto(`${APP}/mailbox/#1.2.to-00`);
  await page.getByText('This mail is gone').waitFor();
});

test('mailbox: a mail that means harm does nothing', async (t) => {
  const reached = [];
  const beacon = http.createServer((request, answer) => answer.end(reached.push(request.url)));
  beacon.listen(PAGE_PORT, '127.0.0.1');
  await once(beacon, 'listening');
  t.after(() => beacon.close());
  const out = PAGE;
  const address = `<script>hacked=1</script>${newAddress()}`;
  const run = (way) => `top.hacked=self.hacked='${way}';fetch('${out}/${way}')`;
  await put(address, [
    `Subject: <script>${run('subject')}</script><img src=x onerror="${run('image')}">`,
    `From: "<img src=x onerror=${run('from')}>" <a@b.example>`,
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `<script>${run('text')}</script> javascript:${run('word')}`,
    `http://"onmouseover="${run('quote')}`,
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<html><head><base href="${out}/"><meta http-equiv="refresh" content="0;url=${out}/refresh">`,
    `<link rel="stylesheet" href="${out}/style">`,
    `<style>@import "${out}/import"; p { background: url(${out}/css) }</style>`,
    `<script>${run('script')}</script><script src="${out}/src"></script></head>`,
    `<body onload="${run('onload')}"><p>harm</p>`,
    `<img src="${out}/picture" onerror="${run('onerror')}"><svg onload="${run('svg')}"></svg>`,
    `<iframe src="${out}/frame" srcdoc="<script>${run('srcdoc')}</script>"></iframe>`,
    `<form action="${out}/form"><button>send</button></form>`,
    `<a href="javascript:${run('link')}">link</a><a target="_top" href="${out}/top">top</a>`,
    '</body></html>',
    '--b--',
  ]);

  const page = await open(t, { expected: [/Content Security Policy|sandbox|Blocked script/i] });
  let dialogs = 0;
  page.on('dialog', (dialog) => (dialogs += 1) && dialog.dismiss());
  await item(page, address).click();
  const frame = page.frameLocator('#mail iframe');
  await frame.getByText('harm').waitFor();
  assert.match(await page.locator('#subject').textContent(), /^<script>.*<img src=x onerror=/);
  const attributes = await page.locator('#mail pre a').evaluateAll((links) =>
    links.map((link) => link.getAttributeNames().join(' ') + new URL(link.href).origin));
  assert.deepEqual(new Set(attributes), new Set([`href target rel${out}`]));

  // a person who clicks everything
  await frame.getByText('send').click();
  await frame.getByText('link').click();
  await frame.getByText('top').click();
  await frame.getByText('harm').waitFor();
  for (const each of page.frames()) {
    assert.equal(await each.evaluate(() => self.hacked), undefined);
  }
  assert.match(page.url(), new RegExp(`^${APP}/mailbox/#`));
  assert.equal(dialogs, 0);
  assert.deepEqual(reached, []);
});

test('mailbox: readable at 360 px, in the dark and in the light, for everybody', async (t) => {
  const address = newAddress();
  await invite(address);
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, { colorScheme, viewport: { width: 360, height: 740 } });
    await item(page, address).waitFor();
    assert.deepEqual(await findings(page), []);
    await item(page, address).click();
    await page.frameLocator('#mail iframe').getByRole('link').first().waitFor();
    assert.deepEqual(await findings(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    assert.equal(await page.locator('#mails').isVisible(), false);
    await page.getByRole('link', { name: 'All mails' }).click();
    await item(page, address).waitFor();
    assert.equal(await page.locator('#mail').isVisible(), false);
  }
});

// A server of its own, which comes and goes.
async function serve(t) {
  const words = [String(PAGE_PORT), '--api', API, '--mail', `${STACK}/mail`];
  const stdio = ['ignore', 'pipe', 'inherit'];
  const server = spawn(`${TREE}/tools/dev/app-server`, words, { stdio });
  t.after(() => server.kill());
  await once(server.stdout, 'data');
  return server;
}

test('mailbox: what came while the server was away is there when it is back', async (t) => {
  const server = await serve(t);
  const page = await open(t, { at: PAGE, expected: [/Failed to load resource/] });
  await page.locator('#status', { hasText: /mail/ }).waitFor();
  server.kill();
  await page.getByText('No connection to tools/run').waitFor();

  const address = newAddress();
  await invite(address);
  await serve(t);
  await item(page, address).waitFor();
  await page.locator('#status', { hasText: /mail/ }).waitFor();
});
