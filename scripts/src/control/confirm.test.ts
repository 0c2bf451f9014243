import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirm } from './confirm.ts';

function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  return { input, output };
}

describe('a question', () => {
  test.for([
    ['yes\n', true],
    [' YES \n', true],
    ['y\n', false],
    ['no\n', false],
    ['\n', false],
  ] as const)('is answered by %j with %s', async ([answer, meant]) => {
    const dialogue = terminal();
    const asked = confirm('Halt?', dialogue);
    dialogue.input.write(answer);
    expect(await asked).toBe(meant);
    expect(String(dialogue.output.read())).toContain('Halt? Type yes: ');
  });

  test('that nobody answers is a no', async () => {
    const dialogue = terminal();
    const asked = confirm('Halt?', dialogue);
    dialogue.input.end();
    expect(await asked).toBe(false);
  });

  test('is not asked where nobody is there', async () => {
    const dialogue = { ...terminal(), input: new PassThrough() };
    await expect(confirm('Halt?', dialogue)).rejects.toThrow('--yes: without a terminal');
  });
});
