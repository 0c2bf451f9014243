import { expect, test } from 'vitest';
import { bold, code, line, toHtml, toPlain } from './text.ts';

test('what is interpolated comes out as text, never as markup', () => {
  const shown = line`${bold('<b>A&B</b>')}: ${'<script>'} ${code('x > 1')}`;
  expect(toHtml([shown], 100)).toBe(
    '<b>&lt;b&gt;A&amp;B&lt;/b&gt;</b>: &lt;script&gt; <code>x &gt; 1</code>',
  );
  expect(toPlain(shown)).toBe('<b>A&B</b>: <script> x > 1');
});

test('control characters, line breaks and direction marks become blanks', () => {
  expect(toPlain(line`${'a\u001B[2Jb\nc\u202Ed\u0000'}`)).toBe('a [2Jb c d ');
});

test('half characters become the replacement character', () => {
  expect(toPlain(line`${'a\uD83Db'}`)).toBe('a\uFFFDb');
});

test('a long text is cut between characters', () => {
  expect(toPlain(line`${'x'.repeat(5_000)}`)).toBe(`${'x'.repeat(199)}…`);
  expect(toPlain(line`${`x${'😀'.repeat(2_500)}`}`)).toBe(`x${'😀'.repeat(99)}…`);
  expect(toPlain(line`${'😀'.repeat(2_500)}`)).toBe(`${'😀'.repeat(99)}…`);
});

test('the whole is cut to its length, its tags closed', () => {
  const lines = [line`${bold('abc')}`, line`${code('defgh')} and more`, line`last`];
  expect(toHtml(lines, 8)).toBe('<b>abc</b>\n<code>def…</code>');
});
