import { inspect } from 'node:util';
import { createLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { createSecret } from './secret.ts';

test('a secret is shown to whoever asks for it, and in no print, log or JSON', () => {
  const secret = createSecret('key-4711');
  const lines: string[] = [];
  const log = createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } });
  const options = { credentials: { deep: { down: secret } } };
  log.info({ options, secret }, 'opened');
  const shown = [String(secret), inspect(options, { depth: 9 }), JSON.stringify(options), ...lines];
  expect(shown.join('\n')).not.toContain('4711');
  expect(shown.every((text) => text.includes('[hidden]'))).toBe(true);
  expect(secret.reveal()).toBe('key-4711');
});
