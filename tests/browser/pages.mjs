// pages.mjs - a server of empty pages that can import the client library, for its tests.

import { readFile } from 'node:fs/promises';
import http from 'node:http';

import { PAGE_PORT } from './browser.mjs';

const SOURCES = new URL('../../tools/client/src/', import.meta.url);
const HTML = '<!doctype html><html lang="ja"><link rel="icon" href="data:,"><title>client</title>';

// At PAGE, until the test `t` is over. Port 0 is a free one, whose origin the service does not allow; it
// answers with the port.
export async function servePages(t, port = PAGE_PORT) {
  const server = http.createServer(async (request, response) => {
    const [, name] = /^\/client\/([a-z]+\.js)$/.exec(request.url) ?? [];
    const [type, body] = name
      ? ['text/javascript', await readFile(new URL(name, SOURCES))]
      : ['text/html; charset=utf-8', HTML];
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' });
    response.end(body);
  });
  await new Promise((resolve, reject) => {
    server.on('error', reject).listen(port, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return server.address().port;
}
