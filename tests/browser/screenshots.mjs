// screenshots.mjs - pictures of every screen of the reference app, as screens.mjs reaches them, and
// index.html, which shows them beside each other: in both languages, narrow and wide, light and dark, and
// narrow with large text. Run it by tools/dev/screenshots.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { mailedToken } from '../node/service.mjs';
import { APP } from './browser.mjs';
import { SCREENS, newVisit } from './screens.mjs';

const FOLDER = process.env.PICTURES;
const HEIGHT = 800;

const SHOTS = [
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
  { width: 1024, colorScheme: 'light' },
  { width: 1024, colorScheme: 'dark' },
];

// Large text matters where there is little room.
const VISITS = [
  { language: 'ja', size: 'medium', shots: SHOTS },
  { language: 'en', size: 'medium', shots: SHOTS },
  { language: 'ja', size: 'large', shots: SHOTS.slice(0, 1) },
  { language: 'en', size: 'large', shots: SHOTS.slice(0, 1) },
];

// What stands beside the app: a mail of it in the mailbox.
const BESIDE = {
  'mailbox-mail': async ({ page, email }) => {
    await mailedToken(email, 2);
    await page.goto(`${APP}/mailbox/?to=${email}`);
    await page.locator('#list a').last().click();
    await page.locator('#mail iframe').waitFor();
  },
};

const ALL = [...SCREENS, ...Object.entries(BESIDE)];

for (const { language, size, shots } of VISITS) {
  test(`pictures of every screen (${language}, text size ${size})`, async (t) => {
    const visit = await newVisit(t, { language, size });
    for (const [screen, steps] of ALL) {
      await visit.reach(screen, steps);
      for (const shot of shots) await take(visit.page, screen, { language, size, ...shot });
    }
  });
}

test('the sheet with all of them', async () => {
  await writeFile(path.join(FOLDER, 'index.html'), sheet());
});

async function take(page, screen, look) {
  const { width, colorScheme } = look;
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
  const file = path.join(FOLDER, fileOf(screen, look));
  await mkdir(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file, fullPage: true });
}

function fileOf(screen, { language, size, width, colorScheme }) {
  return `${language}-${width}-${colorScheme}-${size}/${screen}.png`;
}

function sheet() {
  const looks = VISITS.flatMap(({ language, size, shots }) =>
    shots.map((shot) => ({ language, size, ...shot })),
  );
  const sections = ALL.map(([screen], i) => {
    const pictures = looks.map((look) => figure(screen, look)).join('\n');
    return `<section>\n<h2>${i + 1}. ${screen}</h2>\n<div>\n${pictures}\n</div>\n</section>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every screen of the reference app</title>
<style>
  body { font: 1rem sans-serif; background: #888; }
  div { display: flex; gap: 1rem; align-items: start; overflow-x: auto; }
  figure { margin: 0; }
  img { display: block; height: 30rem; }
</style>
<h1>Every screen of the reference app</h1>
${sections.join('\n')}
`;
}

function figure(screen, look) {
  const file = fileOf(screen, look);
  const [said] = file.split('/');
  return `<figure><figcaption>${said}</figcaption>
<a href="${file}"><img src="${file}" alt="${screen}, ${said}" loading="lazy"></a></figure>`;
}
