// reference.test.mjs - the API reference: all operations are there, nothing comes from elsewhere.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { parse } from 'yaml';

import { API } from '../node/service.mjs';
import { APP, newContext } from './browser.mjs';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

test('reference: all operations, found by a word, without a request to elsewhere', async (t) => {
  const document = parse(await readFile(`${process.env.TREE}/openapi.yaml`, 'utf8'));
  const all = Object.values(document.paths).flatMap((path) => METHODS.map((name) => path[name]));
  const wanted = all.filter(Boolean).map(({ operationId }) => `operation/${operationId}`);

  const context = await newContext(t, { expected: [/cdn\.redoc\.ly.*Content Security Policy/] });
  const page = await context.newPage();
  const elsewhere = [];
  const ended = [];
  page.on('request', (request) => {
    const url = request.url();
    const ours = url.startsWith(`${APP}/`) || url === `${API}/v1/openapi.yaml`;
    if (!ours && !/^(blob|data):/.test(url)) elsewhere.push(url);
  });
  page.on('requestfailed', (request) => ended.push([request.url(), request.failure().errorText]));
  await page.goto(`${APP}/reference/`);
  await page.getByRole('heading', { name: 'myportal' }).waitFor();
  await page.locator('#status').waitFor({ state: 'detached' });

  const sections = page.locator('[id^="operation/"]');
  const shown = new Set(await sections.evaluateAll((all) => all.map(({ id }) => id)));
  assert.deepEqual(wanted.filter((id) => !shown.has(id)), []);

  await page.getByPlaceholder('Search').fill('authentication key');
  await page.locator('[role="search"] li', { hasText: 'authentication key' }).first().waitFor();

  // The one picture of its maker's server never leaves: the policy stops it.
  assert.deepEqual(elsewhere.map((url) => [url, 'csp']), ended);
});

test('reference: what went wrong is said', async (t) => {
  const context = await newContext(t, { expected: [/./] });
  const page = await context.newPage();
  await page.route('**/openapi.yaml', (route) => route.abort());
  await page.goto(`${APP}/reference/`);
  await page.getByText('openapi.yaml could not be read').waitFor();
});
