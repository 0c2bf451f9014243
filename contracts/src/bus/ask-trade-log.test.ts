import { expect, test } from 'vitest';
import { subjects } from '../subjects.ts';
import { askTradeLog } from './ask-trade-log.ts';
import { createMemoryBus } from './memory-server.ts';

async function answered(body: string) {
  await using bus = createMemoryBus();
  bus.requests(subjects.everyQuery()).subscribe((request) => request.respond(body));
  return await askTradeLog(bus, 'positions', {});
}

test('a result and an error are values', async () => {
  const result = { portfolio: 'paper', positions: [] };
  expect(await answered(JSON.stringify({ status: 'ok', result }))).toEqual({
    status: 'ok',
    result,
  });
  const error = { code: 'NOT_FOUND', message: 'there is no portfolio x' };
  const refused = { status: 'error', error } as const;
  expect(await answered(JSON.stringify(refused))).toEqual(refused);
});

test('what an answer has more than is known is passed over', async () => {
  const result = { portfolio: 'paper', positions: [], later: 1 };
  expect(await answered(JSON.stringify({ status: 'ok', result, more: 2 }))).toEqual({
    status: 'ok',
    result: { portfolio: 'paper', positions: [] },
  });
});

test.each([
  ['no JSON', 'hello'],
  ['nothing of the kind', '{"status":"fine"}'],
  ['a result of something else', '{"status":"ok","result":{"orders":[]}}'],
  ['an error without a meaning', '{"status":"error","error":{"code":"WHY","message":""}}'],
])('%s is no answer', async (_name, body) => {
  await expect(answered(body)).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'INVALID_ANSWER',
    message: expect.stringContaining('query.positions'),
  });
});

test('where no log runs nobody answers', async () => {
  await using bus = createMemoryBus();
  await expect(askTradeLog(bus, 'positions', {})).rejects.toMatchObject({ code: 'NO_RESPONDERS' });
});
