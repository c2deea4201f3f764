// run.mjs [newest] - do code generators understand openapi.yaml? Prints TAP.
//
// Each generator of the set writes its code, which must compile under `tsc --strict`, with uses.ts:
// an app that decides by codes and kinds, rightly and wrongly spelt. Where the code has schemas of
// zod, these must take every example of openapi.yaml. All is compiled as one program, so that the
// types of the platform are read once.
//
// A set is a folder with package.json and package-lock.json, which tools/node-packages installs below
// .test: this one, whose generators run on Node.js 18, and newest/, which brings a Node.js 22 for x64.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = path.dirname(fileURLToPath(import.meta.url));
const TREE = path.resolve(HERE, '../..');
const OPENAPI = path.join(TREE, 'openapi.yaml');
const SETS = {
  node18: {
    packages: 'tests/generators',
    folder: '.test/generators',
    node: process.execPath,
    generators: ['openapi-typescript', 'hey-api', 'swagger-typescript-api'],
  },
  newest: {
    packages: 'tests/generators/newest',
    folder: '.test/generators-newest',
    node: path.join(TREE, '.test/generators-newest/node_modules/.bin/node'),
    generators: ['hey-api', 'orval', 'kubb', 'swagger-typescript-api', 'openapi-zod-client'],
  },
};
const SET = SETS[process.argv[2] ?? 'node18'];
const FOLDER = path.join(TREE, SET.folder);

// How each is run: its command, and the arguments that make it write into a folder. What needs more
// than arguments has a file in config/.
const GENERATORS = {
  'openapi-typescript': {
    command: 'openapi-typescript',
    args: (out) => [OPENAPI, '--output', path.join(out, 'api.ts')],
  },
  'hey-api': {
    command: 'openapi-ts',
    args: () => ['-f', 'hey-api.config.mjs'],
    zod: { file: 'zod.gen.ts', schema: (module, name) => module[`z${name}`] },
  },
  'swagger-typescript-api': {
    command: 'swagger-typescript-api',
    args: (out) => ['generate', '--path', OPENAPI, '--output', out, '--name', 'Api.ts'],
  },
  'openapi-zod-client': {
    command: 'openapi-zod-client',
    args: (out) => [
      ...[OPENAPI, '--output', path.join(out, 'api.ts')],
      ...['--media-type-expr', 'mediaType.startsWith("application/")'],
    ],
    zod: { file: 'api.ts', schema: (module, name) => module.schemas[name] },
  },
  orval: { command: 'orval', args: () => ['--config', 'orval.config.mjs'] },
  kubb: { command: 'kubb', args: () => ['generate', '--config', 'kubb.config.mjs'] },
};

let count = 0;

function check(name, wrong) {
  count += 1;
  console.log(`${wrong.length === 0 ? 'ok' : 'not ok'} ${count} - ${name}`);
  const lines = wrong.join('\n').split('\n').slice(0, 30);
  if (wrong.length > 0) console.log(lines.map((line) => `#   ${line}`).join('\n'));
  if (wrong.length > 0) process.exitCode = 1;
}

function outOf(name) {
  return path.join(FOLDER, 'out', name);
}

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(file) : file.endsWith('.ts') ? [file] : [];
  });
}

// --- generating -----------------------------------------------------------------------------------

async function generate(name) {
  const { command, args } = GENERATORS[name];
  const out = path.join(outOf(name), 'generated');
  mkdirSync(out, { recursive: true });
  cpSync(path.join(HERE, 'uses.ts'), path.join(outOf(name), 'uses.ts'));
  cpSync(path.join(HERE, 'names', `${name}.ts`), path.join(outOf(name), 'names.ts'));
  const bin = path.join(FOLDER, 'node_modules/.bin', command);
  try {
    await run(SET.node, [bin, ...args(out)], {
      cwd: FOLDER,
      env: { ...process.env, OPENAPI, OUT: out },
    });
  } catch (error) {
    return [error.stdout, error.stderr, error.message].filter(Boolean);
  }
  filesOf(out).forEach(checkTypes);
  return filesOf(out).length > 0 ? [] : ['it wrote nothing'];
}

// Some generators tell the compiler to look away.
function checkTypes(file) {
  const text = readFileSync(file, 'utf8');
  const checked = text.replaceAll('@ts-nocheck', '');
  if (checked !== text) writeFileSync(file, checked);
}

// --- compiling ------------------------------------------------------------------------------------

// name -> what the compiler says, of the generated files and of uses.ts; of no file: under ''.
function compile(ts, names) {
  const program = ts.createProgram({
    rootNames: names.flatMap((name) => filesOf(outOf(name))),
    options: {
      strict: true,
      noEmit: true,
      skipLibCheck: true, // of the packages' own declarations
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true, // kubb writes them
      types: [],
    },
  });
  const told = { '': [], ...Object.fromEntries(names.map((name) => [name, { code: [], uses: [] }])) };
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const name = names.find((each) => file?.fileName.startsWith(`${outOf(each)}/`));
    if (name === undefined) {
      told[''].push(`${file?.fileName ?? 'the program'}: ${text}`);
      continue;
    }
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    const generated = file.fileName.includes('/generated/');
    told[name][generated ? 'code' : 'uses'].push(
      `${path.relative(outOf(name), file.fileName)}:${line}: ${text}`,
    );
  }
  return told;
}

// --- schemas of zod -------------------------------------------------------------------------------

// [name of a schema, label, value] of every example of a body.
function* examplesOf(document, node = document) {
  if (node === null || typeof node !== 'object') return;
  if (node.schema?.$ref !== undefined && node.examples !== undefined) {
    const name = path.basename(node.schema.$ref);
    for (const [label, example] of Object.entries(node.examples)) {
      const named = example.$ref && document.components.examples[path.basename(example.$ref)];
      yield [name, label, (named ?? example).value];
    }
  }
  for (const value of Object.values(node)) yield* examplesOf(document, value);
}

async function judgeExamples(ts, document, name) {
  const { file, schema } = GENERATORS[name].zod;
  const source = readFileSync(path.join(outOf(name), 'generated', file), 'utf8');
  const script = path.join(outOf(name), 'zod.mjs');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  writeFileSync(script, ts.transpileModule(source, { compilerOptions }).outputText);
  const module = await import(pathToFileURL(script));
  const wrong = [];
  for (const [of, label, value] of examplesOf(document)) {
    const judged = schema(module, of)?.safeParse(value);
    if (judged === undefined) wrong.push(`there is no ${of}`);
    else if (!judged.success) wrong.push(`${of} ${label}: ${judged.error.message}`);
    if (value.code === undefined) continue;
    const misspelt = { ...value, code: `${value.code}x` };
    if (schema(module, of)?.safeParse(misspelt).success) wrong.push(`${of} takes ${misspelt.code}`);
  }
  return wrong;
}

// --- all of it ------------------------------------------------------------------------------------

async function main() {
  await run(path.join(TREE, 'tools/node-packages'), [SET.packages]);
  const require = createRequire(path.join(FOLDER, 'package.json'));
  const ts = require('typescript');
  const document = require('yaml').parse(readFileSync(OPENAPI, 'utf8'));
  rmSync(path.join(FOLDER, 'out'), { recursive: true, force: true });
  cpSync(path.join(HERE, 'config'), FOLDER, { recursive: true });

  const written = [];
  for (const name of SET.generators) {
    const wrong = await generate(name);
    check(`${name} generates`, wrong);
    if (wrong.length === 0) written.push(name);
  }
  const told = compile(ts, written);
  check('the compiler has nothing to say of anything else', told['']);
  for (const name of written) {
    check(`${name}: what it wrote compiles`, told[name].code);
    check(`${name}: right codes and kinds compile, wrong ones do not`, told[name].uses);
    if (GENERATORS[name].zod === undefined) continue;
    check(`${name}: zod takes the examples, but no wrong code`, await judgeExamples(ts, document, name));
  }
  console.log(`1..${count}`);
}

await main();
