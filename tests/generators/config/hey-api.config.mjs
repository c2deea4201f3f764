// hey-api.config.mjs - a client with fetch, whose answers zod validates.
export default {
  input: process.env.OPENAPI,
  output: process.env.OUT,
  plugins: [
    '@hey-api/client-fetch',
    '@hey-api/typescript',
    'zod',
    { name: '@hey-api/sdk', validator: true },
  ],
};
