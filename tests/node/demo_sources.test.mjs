// demo_sources.test.mjs - the sources of the reference app, tools/demo/: do they compile, are the texts
// whole in both languages, and does the app keep to what its README promises? Needs no service.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TREE = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = path.join(TREE, 'tools/demo');
const SIZE_MAX = 160_000; // bytes, of all that a browser loads of it

// Keys of which a part is a value: `step.${step}`.
const COMPOSED =
  /^(step\.[1-4]|guide\.\w+|shell\.(medium|large)|captcha\.\w+_ready|language\.(ja|en))$/;

// Only these modules may do what is in the pattern.
const ONLY_IN = [
  { what: /\/client\/index\.js|\bfetch\(/, files: ['lib/api.js'] },
  { what: /\b(session|local)Storage\b(?!,)/, files: ['lib/storage.js'] },
];

// A strict Content-Security-Policy stops some of these, and the rest would read data as HTML.
const NOWHERE =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.(write|cookie)|DOMParser|\beval\(|new Function|style: '[^']*:|cssText/;

async function sources(ending) {
  const names = (await readdir(DEMO, { recursive: true })).filter((name) => name.endsWith(ending));
  const texts = names.map((name) => readFile(path.join(DEMO, name), 'utf8'));
  return new Map((await Promise.all(texts)).map((text, i) => [names[i], text]));
}

// Lines without comments.
function code(text) {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/\/\/ .*/g, '');
}

// What tsc says of the app and of one more module.
async function compile(more) {
  const folder = await mkdtemp(path.join(tmpdir(), 'myportal-demo-'));
  try {
    const paths = {
      '/client/*': [path.join(TREE, 'tools/client/src/*')],
      '/demo/*': [path.join(DEMO, '*')],
    };
    const config = {
      extends: path.join(DEMO, 'tsconfig.json'),
      compilerOptions: { paths },
      include: [path.join(DEMO, 'app.js'), 'more.js'],
    };
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    await writeFile(path.join(folder, 'more.js'), more);
    const program = path.join(TREE, 'tests/node_modules/typescript/bin/tsc');
    return await run(process.execPath, [program, '-p', folder]).then(
      () => '',
      ({ stdout }) => stdout,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('demo: it compiles strictly; a text and a field that do not exist do not', async () => {
  const told = await compile(`import { client } from '/demo/lib/api.js';
    import { t } from '/demo/lib/i18n.js';
    t('login.title');
    t('login.titel');
    client.requestInvitation({ body: { email: '' } });
    client.requestInvitation({ body: { mail: '' } });`);
  const places = [...told.matchAll(/^\S.*error TS/gm)].map(([line]) => line.replace(/.*\//, ''));
  assert.match(places.join(' '), /^more\.js\(4,\d+\): error TS more\.js\(6,\d+\): error TS$/, told);
});

test('demo: every text is there in Japanese and English, with the same values in it', async () => {
  const { texts } = await import(pathToFileURL(path.join(DEMO, 'lib/texts.js')));
  const valuesIn = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, [ja, en, ...more]] of Object.entries(texts)) {
    assert.ok(ja && en && more.length === 0, key);
    assert.deepEqual(valuesIn(ja), valuesIn(en), key);
    assert.doesNotMatch(en.replace(/\([^)]*\)/g, ''), /[ぁ-ヿ一-鿿]/, key);
  }
});

test('demo: every text is used', async () => {
  const { texts } = await import(pathToFileURL(path.join(DEMO, 'lib/texts.js')));
  const modules = await sources('.js');
  modules.delete('lib/texts.js');
  const all = [...modules.values()].join('\n');
  const unused = Object.keys(texts).filter(
    (key) => !COMPOSED.test(key) && !all.includes(`'${key}'`),
  );
  assert.deepEqual(unused, []);
});

test('demo: nothing reads data as HTML, and nothing is against a strict policy', async () => {
  for (const [name, text] of await sources('.js')) assert.doesNotMatch(code(text), NOWHERE, name);
  const page = (await sources('index.html')).get('index.html');
  assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
});

test('demo: one module calls, one stores', async () => {
  for (const [name, text] of await sources('.js')) {
    for (const { what, files } of ONLY_IN) {
      if (!files.includes(name)) assert.doesNotMatch(code(text), what, name);
    }
  }
});

test(`demo: all files together have at most ${SIZE_MAX} bytes`, async () => {
  const files = await Promise.all(['.js', '.css', '.html', '.svg'].map(sources));
  const bytes = files.flatMap((map) => [...map.values()]).map((text) => Buffer.byteLength(text));
  const size = bytes.reduce((sum, one) => sum + one, 0);
  assert.ok(size <= SIZE_MAX, `${size} bytes`);
});
