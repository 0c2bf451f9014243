import { Telegram } from 'telegraf';
import { expect, test } from 'vitest';
import { readHtml } from './read-html.ts';
import { startTelegramDouble } from './telegram-double.ts';

test.each([
  ['<b>a &lt; b</b> &amp;&quot; & c', { text: 'a < b &" & c' }],
  ['<b><i>nested</i></b>', { text: 'nested' }],
  ['é < 30', { error: 'Can\'t parse entities: Unsupported start tag "" at byte offset 3' }],
  [
    '<div>x</div>',
    { error: 'Can\'t parse entities: Unsupported start tag "div" at byte offset 0' },
  ],
  ['<b>x', { error: 'Can\'t parse entities: Can\'t find end tag corresponding to start tag "b"' }],
])('Telegram reads %j', (html, expected) => {
  expect(readHtml(html)).toEqual(expected);
});

test('a client that knows nothing of it writes, edits, hears and answers', async () => {
  await using double = await startTelegramDouble();
  const bot = new Telegram(double.token, { apiRoot: double.apiRoot });
  expect(await bot.getMe()).toMatchObject({ is_bot: true });
  const sent = await bot.sendMessage(double.chatId, '<b>Go?</b>', {
    parse_mode: 'HTML',
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
  });
  expect(double.received).toMatchObject([{ text: 'Go?', buttons: { Yes: 'yes' } }]);
  double.say('/status');
  double.press(sent.message_id, 'yes');
  const updates = await bot.getUpdates(0, 100, 0, undefined);
  expect(updates).toMatchObject([
    { message: { text: '/status', from: { id: 99 }, chat: { id: double.chatId } } },
    { callback_query: { data: 'yes', message: { message_id: sent.message_id } } },
  ]);
  expect(await bot.getUpdates(0, 100, (updates.at(-1)?.update_id ?? 0) + 1, undefined)).toEqual([]);
  expect(double.pending, 'they are confirmed').toEqual([]);
  await bot.editMessageText(double.chatId, sent.message_id, undefined, 'Gone');
  expect(double.received).toMatchObject([{ text: 'Gone', buttons: {}, edits: 1 }]);
  await expect(
    bot.editMessageText(double.chatId, sent.message_id, undefined, 'Gone'),
  ).rejects.toThrow('message is not modified');
});

test('whoever polls while another one waits ends that one', async () => {
  await using double = await startTelegramDouble();
  const bot = new Telegram(double.token, { apiRoot: double.apiRoot });
  const first = bot.getUpdates(20, 100, 0, undefined);
  first.catch(() => undefined);
  await expect.poll(() => double.calls('getUpdates')).toBe(1);
  const second = bot.getUpdates(20, 100, 0, undefined);
  await expect(first).rejects.toThrow('terminated by other getUpdates request');
  double.say('hello');
  expect(await second).toHaveLength(1);
});

test('it holds a bot to the limits of a chat', async () => {
  await using double = await startTelegramDouble({ limited: true });
  const bot = new Telegram(double.token, { apiRoot: double.apiRoot });
  await bot.sendMessage(double.chatId, 'one');
  await expect(bot.sendMessage(double.chatId, 'two')).rejects.toMatchObject({
    response: { error_code: 429, parameters: { retry_after: 1 } },
  });
});

test.each([
  ['an unknown chat', { chat_id: 5, text: 'x' }, 'chat not found'],
  ['an empty text', { chat_id: 4_711, text: ' ' }, 'message text is empty'],
  ['a long text', { chat_id: 4_711, text: 'x'.repeat(4_097) }, 'message is too long'],
  ['a field that does not exist', { chat_id: 4_711, text: 'x', colour: 'red' }, 'colour'],
])('it refuses %s', async (_, body, error) => {
  await using double = await startTelegramDouble();
  const response = await fetch(`${double.apiRoot}/bot${double.token}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(error);
});
