import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { createTelegramClient } from '../telegram/client.ts';
import { startTelegramDouble } from '../testing/telegram-double/telegram-double.ts';
import { createSpeaker } from './speaker.ts';

async function open() {
  const double = await startTelegramDouble();
  const { token, apiRoot } = double;
  const speaker = createSpeaker({
    client: createTelegramClient({ token, apiRoot }),
    log: createSilentLogger(),
    signal: new AbortController().signal,
  });
  return { double, speaker, [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}

test('what is said to who has pressed a button is no longer than Telegram takes', async () => {
  await using here = await open();
  await here.speaker.notice('q', `${'x'.repeat(198)}🚀 and more`);
  expect(here.double.notices).toMatchObject([{ text: `${'x'.repeat(198)}…` }]);
});

test('what Telegram cannot read is said as it is, also in place of something else', async () => {
  await using here = await open();
  const { double, speaker } = here;
  const messageId = await speaker.say(double.chatId, { html: 'rsi < 30' });
  expect(double.received[0]?.text).toBe('rsi < 30');
  expect(await speaker.edit(double.chatId, messageId ?? 0, { html: 'rsi < 20' })).toBe(true);
  expect(double.received[0]?.text).toBe('rsi < 20');
});
