// caching.test.mjs - what is the same for everybody, in a real browser: it keeps the answer, and asks
// by its name whether there is another, without a word of the page's.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startProxy } from '../node/fault_proxy.mjs';
import { PAGE, PAGE_BY_NAME, newContext } from './browser.mjs';
import { servePages } from './pages.mjs';

const get = (page, url, cache) =>
  page.evaluate(
    async ([address, mode]) => {
      const response = await fetch(address, { cache: mode });
      const id = response.headers.get('X-Request-Id');
      return { status: response.status, id, size: (await response.text()).length };
    },
    [url, cache],
  );

for (const path of ['/v1/config', '/v1/openapi.yaml', '/.well-known/jwks.json']) {
  test(`caching: a page of another origin asks once for ${path}, and gets a 304 behind its back`, async (t) => {
    await servePages(t);
    const statuses = [];
    const note = async ({ forward, reply }) => {
      const answer = await forward();
      statuses.push(answer.status);
      reply(answer);
    };
    const proxy = await startProxy(t);
    proxy.fault(/./, note, note, note);
    const page = await (await newContext(t)).newPage();
    await page.goto(`${PAGE}/`);

    const first = await get(page, proxy.url + path, 'default');
    assert.equal(first.status, 200);
    assert.deepEqual(await get(page, proxy.url + path, 'default'), first);
    assert.deepEqual(statuses, [200]); // it was kept

    const asked = await get(page, proxy.url + path, 'no-cache');
    assert.deepEqual([asked.status, asked.size], [200, first.size]);
    assert.deepEqual(statuses, [200, 304]); // and asked for by its name, without a preflight

    await page.goto(`${PAGE_BY_NAME}/`); // what is kept for one page is not shown to another
    assert.equal((await get(page, proxy.url + path, 'default')).size, first.size);
    assert.equal(statuses.length, 3);
  });
}

test('caching: all else is asked for every time, even where a page wants what was kept', async (t) => {
  await servePages(t);
  const proxy = await startProxy(t);
  const page = await (await newContext(t)).newPage();
  await page.goto(`${PAGE}/`);
  for (const mode of ['default', 'force-cache', 'force-cache']) {
    assert.equal((await get(page, `${proxy.url}/v1/me`, mode)).status, 401);
  }
  assert.equal(proxy.count(/./), 3);
});
