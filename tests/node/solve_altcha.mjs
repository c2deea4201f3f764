// solve_altcha.mjs - a challenge of ALTCHA's first protocol on standard input, the payload of
// altcha-lib's solver on standard output: what its widgets would submit.

import { text } from 'node:stream/consumers';
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // Debian 12 has Node.js 18, where it is no global yet

const { solveChallenge } = await import('altcha-lib/v1');
const { algorithm, challenge, maxnumber, salt, signature } = JSON.parse(await text(process.stdin));
const solution = await solveChallenge(challenge, salt, algorithm, maxnumber).promise;

if (solution === null) throw new Error('no number up to maxnumber solves it');
console.log(btoa(JSON.stringify({ algorithm, challenge, salt, signature, ...solution })));
