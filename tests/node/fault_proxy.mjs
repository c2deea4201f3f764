// fault_proxy.mjs - a proxy between a client under test and the service, which does to the next
// exchanges what bad networks and other people's proxies do. What no fault is meant for passes.

import http from 'node:http';

import { API } from './service.mjs';

// A fault gets the request's own function to forward it, and the client's response and socket.
export const cutAnswer = async ({ forward, socket }) => {
  await forward(); // the service has done it
  socket.destroy();
};
export const cutRequest = async ({ socket }) => socket.destroy();
export const silence = async () => {};
export const cutBody = async ({ forward, reply }) => {
  const answer = await forward();
  reply({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) });
};
export const answerWith =
  (status, type, body, headers = {}) =>
  async ({ reply }) =>
    reply({ status, headers: { 'Content-Type': type, ...headers }, body: Buffer.from(body) });
export const problem = (status, code, headers) =>
  answerWith(status, 'application/problem+json', JSON.stringify({ code, status }), headers);

// Answers that are kept until the test lets them go.
export function gate() {
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  let arrived;
  const reached = new Promise((resolve) => {
    arrived = resolve;
  });
  const fault = async ({ forward, reply }) => {
    const answer = await forward();
    arrived();
    await opened;
    reply(answer);
  };
  return { fault, reached, open };
}

// Closed when the test is over. `fault(pattern, ...faults)`: what happens to the next exchanges
// whose "METHOD /path" matches, one fault each. `seen` lists all exchanges.
export async function startProxy(t, { upstream = API, headers = {} } = {}) {
  const planned = [];
  const seen = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const call = `${request.method} ${request.url}`;
    const { authorization } = request.headers;
    seen.push({ call, authorization, body: body.toString(), at: performance.now() });
    const exchange = {
      socket: request.socket,
      forward: () => forward(upstream, request, body),
      reply: (answer) => {
        // A connection of its own for each: browsers repeat by themselves what ended on an old one.
        response.writeHead(answer.status, { ...answer.headers, ...headers, Connection: 'close' });
        response.end(answer.body);
      },
    };
    const at = planned.findIndex(({ pattern }) => pattern.test(call));
    const [{ fault }] = at < 0 ? [{ fault: pass }] : planned.splice(at, 1);
    await fault(exchange);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    seen,
    count: (pattern) => seen.filter(({ call }) => pattern.test(call)).length,
    fault: (pattern, ...faults) => planned.push(...faults.map((fault) => ({ pattern, fault }))),
  };
}

async function pass({ forward, reply }) {
  reply(await forward());
}

function forward(upstream, { method, url, headers }, body) {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, connection: 'close' } };
    const request = http.request(upstream + url, options, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      const { 'content-length': _, ...rest } = response.headers;
      resolve({ status: response.statusCode, headers: rest, body: Buffer.concat(chunks) });
    });
    request.on('error', reject);
    request.end(body);
  });
}
