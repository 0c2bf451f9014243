import { expect, test } from 'vitest';
import { deadLetterEvent, MessageDeadLettered } from './dead-letter.ts';
import { parseEvent } from './events.ts';

const message = {
  stream: 'SIGNALS',
  sequence: 17,
  subject: 'trade_signal.sma-cross.binance.BTC-USDT',
  body: '{"specversion":',
};
const letter = {
  consumer: 'execution',
  message,
  error: 'INVALID_JSON: not JSON',
  deliveryCount: 3,
  nowMs: Date.UTC(2026, 0, 5),
};

test('keeps the message together with the error', () => {
  const event = deadLetterEvent(letter);
  expect(parseEvent(MessageDeadLettered, JSON.stringify(event))).toEqual(event);
  expect(event).toMatchObject({
    subject: 'execution',
    time: '2026-01-05T00:00:00.000Z',
    data: { ...message, consumer: 'execution', error: 'INVALID_JSON: not JSON', deliveries: 3 },
  });
});

test('one message that one consumer gives up makes one letter, however often it does', () => {
  const again = deadLetterEvent({ ...letter, error: 'another', deliveryCount: 4, nowMs: 0 });
  expect(again.id).toBe(deadLetterEvent(letter).id);
  expect(deadLetterEvent({ ...letter, consumer: 'notifier' }).id).not.toBe(again.id);
});

test.each([
  ['control characters', '\u0000'],
  ['half a surrogate pair', '\ud800'],
  ['letters of three bytes', '\ufffd'],
])('a message of a megabyte of %s makes a letter that a server takes', (_what, character) => {
  const body = character.repeat(2 ** 20);
  const event = deadLetterEvent({ ...letter, error: body, message: { ...message, body } });
  const text = JSON.stringify(event);
  expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20);
  expect(parseEvent(MessageDeadLettered, text)).toEqual(event);
});

test('a message on the longest subject makes a letter that can be read', () => {
  const subject = `trade_signal.${'x'.repeat(4_000)}.binance.BTC-USDT`;
  const event = deadLetterEvent({ ...letter, message: { ...message, subject } });
  expect(parseEvent(MessageDeadLettered, JSON.stringify(event)).data.subject).toBe(subject);
});
