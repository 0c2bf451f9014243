import { createLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { createTrouble } from './trouble.ts';

function recorded() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line).msg) };
  const trouble = createTrouble(createLogger({ name: 'execution', destination }));
  return { trouble, lines };
}

test('a failure that lasts is one line, and its end another', () => {
  const { trouble, lines } = recorded();
  for (let second = 1; second < 60; second++)
    trouble.failed('the venue', new Error(`no answer for ${second} s`));
  trouble.over('the venue');
  trouble.over('the venue');
  expect(lines).toEqual(['the venue: tried again until it works', 'the venue: works again']);
});

test('another failure of the same thing is another line', () => {
  const { trouble, lines } = recorded();
  trouble.failed('the venue', new Error('no answer'));
  trouble.failed('the venue', new Error('the key is refused'));
  trouble.failed('the sweep', new Error('the key is refused'));
  expect(lines).toHaveLength(3);
});

test('what never failed is not said to work again', () => {
  const { trouble, lines } = recorded();
  trouble.over('the venue');
  expect(lines).toEqual([]);
});
