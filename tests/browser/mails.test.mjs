// mails.test.mjs - the HTML of the service's mails as a client shows it: in the light, in the dark,
// and put into a dark page that keeps nothing of the mail's own head.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { createClient } from '../../tools/client/src/index.js';
import { API, PASSWORD, good, newAddress, register } from '../node/service.mjs';
import { newContext } from './browser.mjs';

const { STACK, TREE } = process.env;
const WIDTH = 360; // of a small phone
const LOGIN_ID = `${'long.'.repeat(12)}${Date.now() % 1000}@${'department.of.'.repeat(13)}jp`;

// The HTML of the newest mail to an address, which is its `count`th.
async function html(address, count) {
  const least = ['--wait', '20', '--at-least', String(count)];
  const words = [`${STACK}/mail`, address, '--part', 'html', ...least];
  return (await promisify(execFile)(`${TREE}/tools/dev/read-mail`, words)).stdout;
}

// An invitation, whose link is a button; a completion; login IDs, one of which is very long.
async function someMails() {
  const client = createClient({ baseUrl: API, session: 'body' });
  const stranger = newAddress();
  good(await client.requestInvitation({ body: { email: stranger } }));
  const member = await register(client);
  const completion = await html(member, 3);
  good(await client.logIn({ body: { login_id: member, password: PASSWORD } }));
  good(await client.changeLoginId({ body: { login_id: LOGIN_ID, current_password: PASSWORD } }));
  await html(member, 4);
  good(await client.requestLoginIdReminder({ body: { email: member } }));
  return { invitation: await html(stranger, 1), completion, loginIds: await html(member, 5) };
}

// What a web mail does: its own page around what is left of ours.
function inDarkPage(mail) {
  const [, body] = /<body[^>]*>([\s\S]*)<\/body>/.exec(mail);
  const left = body.replace(/ class="[^"]*"/g, '');
  return `<!doctype html><html lang="ja"><body style="background:#111;color:#eee">${left}`;
}

const CLIENTS = {
  light: { colorScheme: 'light', shown: (mail) => mail },
  dark: { colorScheme: 'dark', shown: (mail) => mail },
  'a dark page': { colorScheme: 'dark', shown: inDarkPage },
};

// The least contrast of a text with what is behind it (WCAG 2.2, 1.4.3), and what is wider than the
// screen. In the page.
function look() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3) return colour;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.data.trim()) continue;
    const element = text.parentElement;
    const colours = [numbers(getComputedStyle(element).color), behind(element)];
    const [dark, bright] = colours.map(luminance).sort((a, b) => a - b);
    const range = document.createRange();
    range.selectNode(text);
    seen.push({
      text: text.data.slice(0, 40),
      contrast: (bright + 0.05) / (dark + 0.05),
      right: range.getBoundingClientRect().right,
    });
  }
  return seen;
}

test('mails: readable on a small phone, in light, in dark and in a dark page', async (t) => {
  const mails = await someMails();
  assert.ok(mails.loginIds.includes(LOGIN_ID));
  for (const [client, { colorScheme, shown }] of Object.entries(CLIENTS)) {
    const context = await newContext(t, { colorScheme, viewport: { width: WIDTH, height: 740 } });
    const page = await context.newPage();
    for (const [name, mail] of Object.entries(mails)) {
      await page.setContent(shown(mail));
      const texts = await page.evaluate(look);
      assert.ok(texts.length > 8, name);
      for (const { text, contrast, right } of texts) {
        assert.ok(contrast >= 4.5, `${name} in ${client}: ${contrast} of "${text}"`);
        assert.ok(right <= WIDTH, `${name} in ${client}: "${text}" ends at ${right}`);
      }
    }
  }
});
