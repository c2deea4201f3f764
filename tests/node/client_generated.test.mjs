// client_generated.test.mjs - is what the client library has from openapi.yaml up to date, do its
// types tell right from wrong, and is it as small as promised? Needs no service.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const run = promisify(execFile);
const TREE = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = path.join(TREE, 'tools/client/src');
const SIZE_MAX = 8000; // bytes, of all modules together, compressed

async function inFolder(work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'myportal-client-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function scripts() {
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.js')).sort();
  return Promise.all(names.map((name) => readFile(path.join(SOURCES, name))));
}

// What tsc says of client_types.ts, changed as told.
function compile(change) {
  return inFolder(async (folder) => {
    const text = await readFile(path.join(TREE, 'tests/node/client_types.ts'), 'utf8');
    await writeFile(path.join(folder, 'client_types.ts'), change(text));
    const compilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2022', 'dom'],
      types: [],
      skipDefaultLibCheck: true,
    };
    await mkdir(path.join(folder, 'node_modules'));
    await symlink(path.join(TREE, 'tools/client'), path.join(folder, 'node_modules/myportal-client'));
    const config = { compilerOptions, files: ['client_types.ts'] };
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = path.join(TREE, 'tests/node_modules/typescript/bin/tsc');
    return run(process.execPath, [tsc, '-p', folder]).then(
      () => '',
      ({ stdout }) => stdout,
    );
  });
}

test('client: what is generated from openapi.yaml is up to date (else run tools/gen/client)', () =>
  inFolder(async (folder) => {
    await run(path.join(TREE, 'tools/gen/client'), [folder]);
    for (const name of ['openapi.d.ts', 'operations.d.ts', 'operations.js']) {
      const [is, should] = await Promise.all(
        [SOURCES, folder].map((place) => readFile(path.join(place, name), 'utf8')),
      );
      assert.ok(is === should, `tools/client/src/${name} is behind openapi.yaml`);
    }
  }));

test('client: right calls compile, wrong codes, bodies and tokens do not', async () => {
  const mark = /^ *\/\/ @ts-expect-error/;
  const lines = (await readFile(path.join(TREE, 'tests/node/client_types.ts'), 'utf8')).split('\n');
  const wrong = lines.flatMap((line, i) => (mark.test(line) ? [i + 2] : []));
  const told = await compile((text) => text.replaceAll('// @ts-expect-error', '//'));
  const places = [...told.matchAll(/^\S*client_types\.ts\((\d+),\d+\): error/gm)];
  assert.deepEqual(places.map(([, line]) => Number(line)), wrong, told);
  assert.match(told, /'"login_faild"' is not comparable/);
});

test(`client: all modules together have at most ${SIZE_MAX} bytes, compressed`, async () => {
  const size = gzipSync(Buffer.concat(await scripts()), { level: 9 }).length;
  assert.ok(size <= SIZE_MAX, `${size} bytes`);
});

test('client: it imports nothing but its own modules', async () => {
  for (const text of await scripts()) {
    for (const [, from] of text.toString().matchAll(/\b(?:from|import)\s*\(?\s*'([^']*)'/g)) {
      assert.match(from, /^\.\/[a-z]+\.js$/);
    }
  }
});
