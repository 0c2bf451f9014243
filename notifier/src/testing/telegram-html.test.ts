import { expect, test } from 'vitest';
import { parseTelegramHtml } from './telegram-html.ts';

// Each answer is what Telegram's own parser says.
test.each([
  ['<b>a &lt; b</b> &amp;&quot; & c', { text: 'a < b &" & c' }],
  ['<b><i>nested</i></b>', { text: 'nested' }],
  ['é < 30', { error: 'Unsupported start tag "" at byte offset 3' }],
  ['<div>x</div>', { error: 'Unsupported start tag "div" at byte offset 0' }],
  ['<b>x', { error: 'Can\'t find end tag corresponding to start tag "b"' }],
  ['x</b>', { error: 'Unexpected end tag at byte offset 1' }],
  ['<b>x</i>', { error: 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"' }],
  ['<b', { error: 'Unclosed start tag at byte offset 0' }],
  ['&nbsp;', { text: '&nbsp;' }],
])('reads %j', (html, expected) => {
  expect(parseTelegramHtml(html)).toEqual(expected);
});
