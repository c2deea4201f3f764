// orval.config.mjs - a client with fetch, and schemas of zod.
const input = process.env.OPENAPI;
const output = (client) => ({ target: `${process.env.OUT}/${client}.ts`, client, mode: 'single' });

export default {
  fetch: { input, output: output('fetch') },
  zod: { input, output: output('zod') },
};
