// run.mjs FILE... - the tests of several files in one process, one after the other: flat TAP, and
// what costs time, as a browser does, is started once.

import path from 'node:path';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) await import(pathToFileURL(path.resolve(file)));
