// app_axe.test.mjs - every screen of the reference app, as screens.mjs reaches them: axe finds nothing, all
// of it is in the member's language, and nothing is wider than a small phone. Whatever a page's policy
// stops is an error of the page, which fails the test, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findings } from './browser.mjs';
import { SCREENS, newVisit } from './screens.mjs';

const HEIGHT = 800;
const NARROW = 360;
const WIDTHS = [NARROW, 1024];
const SCHEMES = ['light', 'dark'];

// Two visits see each screen in both languages, text sizes, widths and colour schemes: what one of them
// sees narrow or dark, the other one sees wide or light.
const VISITS = [
  { language: 'ja', size: 'medium', first: 0 },
  { language: 'en', size: 'large', first: 1 },
];

for (const { language, size, first } of VISITS) {
  test(`app: axe finds nothing on any screen (${language}, text size ${size})`, async (t) => {
    const visit = await newVisit(t, { language, size });
    const { page } = visit;
    for (const [i, [name, steps]] of SCREENS.entries()) {
      await visit.reach(name, steps);
      const colorScheme = SCHEMES[(first + (i >> 1)) % 2];
      await page.emulateMedia({ colorScheme });
      const texts = await page.evaluate(readTexts);
      assert.deepEqual(texts.filter(isForeign[language]), [], `${name}: not in ${language}`);
      for (const width of [NARROW, WIDTHS[(first + i) % 2]]) {
        await page.setViewportSize({ width, height: HEIGHT });
        assert.deepEqual(await page.evaluate(findTooWide), [], `${name}: wider than ${width}`);
      }
      assert.deepEqual(await findings(page), [], `${name}: ${colorScheme}, ${page.viewportSize().width}`);
    }
  });
}

// --- in the page ------------------------------------------------------------------------------------

// All that is read or heard, but for what says itself that it is in another language.
function readTexts() {
  const { lang } = document.documentElement;
  const isOurs = (element) => element.closest('[lang]').lang === lang;
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (isOurs(walker.currentNode.parentElement)) texts.push(walker.currentNode.data);
  }
  for (const element of document.querySelectorAll('[alt], [aria-label], [title], [placeholder]')) {
    if (!isOurs(element)) continue;
    for (const name of ['alt', 'aria-label', 'title', 'placeholder']) {
      texts.push(element.getAttribute(name) ?? '');
    }
  }
  return texts;
}

// What ends right of the screen, or does not fit into what it is in.
function findTooWide() {
  const root = document.scrollingElement;
  const isWide = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
  const shown = [...document.querySelectorAll('body *:not(.unseen, .unseen *)')];
  const wide = shown.filter((element) => isWide(element) || isCutOff(element));
  if (root.scrollWidth > root.clientWidth) wide.push(root);
  return wide.map((element) => element.outerHTML.slice(0, 200));

  function isCutOff(element) {
    const { overflowX, display } = getComputedStyle(element);
    if (overflowX === 'visible' || display === 'inline') return false;
    return element.scrollWidth > element.clientWidth + 1 && element.localName !== 'input';
  }
}

// ----------------------------------------------------------------------------------------------------

// In English, what a member compares with a Japanese document stands in brackets. In Japanese there may be
// names (an address, a browser), but no two English words in a row.
const isForeign = {
  en: (words) => /[\u3040-\u30ff\u3400-\u9fff]/.test(words.replace(/\([^)]*\)/g, '')),
  ja: (words) => /[A-Za-z]{2,} [a-z]{2,}/.test(words.replace(/\S+@\S+/g, '')),
};
