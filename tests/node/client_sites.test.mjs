// client_sites.test.mjs - of which pages and APIs does the client library know that the refresh cookie
// cannot travel between them? Needs no service; ../browser/client.test.mjs asks a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { areCrossSite, explainCrossSite } from '../../tools/client/src/sites.js';

const SAME = [
  ['http://127.0.0.1:8081', 'http://127.0.0.1:8080', 'ports do not matter'],
  ['http://localhost:8081', 'http://localhost:8080', 'ports do not matter'],
  ['http://[::1]:8081', 'http://[::1]:8080', 'ports do not matter'],
  ['https://portal.example.jp', 'https://api.example.jp', 'one registrable domain'],
  ['https://example.jp', 'https://api.portal.example.jp', 'one registrable domain'],
  ['https://portal.kenpo.or.jp', 'https://api.kenpo.or.jp', 'one below or.jp'],
  ['https://a.tokyo.jp', 'https://b.c.a.tokyo.jp', 'what is not certain is not told'],
];

const CROSS = [
  ['http://localhost:8081', 'http://127.0.0.1:8080', 'the trap of development'],
  ['http://127.0.0.1:8081', 'http://localhost:8080', 'the trap of development'],
  ['http://localhost:8081', 'http://[::1]:8080', 'another name of the same host'],
  ['http://127.0.0.1', 'http://127.0.0.2', 'an address has no domain'],
  ['http://192.168.1.10:8081', 'http://10.0.1.10:8080', 'an address has no domain'],
  ['https://portal.example.jp', 'https://api.example.com', 'another domain'],
  ['https://portal.kenpo.or.jp', 'https://api.other.or.jp', 'or.jp can be nobody\'s'],
  ['http://portal.example.jp', 'https://api.example.jp', 'the scheme belongs to the site'],
  ['http://portal', 'http://api', 'hosts of one label'],
  ['capacitor://localhost', 'https://api.example.jp', 'a page in an app'],
];

for (const [pairs, isCross] of [
  [SAME, false],
  [CROSS, true],
]) {
  test(`client: pages and APIs are certainly of two sites: ${isCross}`, () => {
    for (const [page, api, why] of pairs) {
      assert.equal(areCrossSite(new URL(page), new URL(api)), isCross, `${page} ${api}: ${why}`);
    }
  });
}

test('client: what it says of two sites names both, and where to open the page', () => {
  const told = explainCrossSite(new URL('http://localhost:81'), new URL('http://127.0.0.1:82'));
  assert.match(told, /page http:\/\/localhost:81 and the API http:\/\/127\.0\.0\.1:82 /);
  assert.match(told, /Open the page at http:\/\/127\.0\.0\.1 with its own port/);
});
