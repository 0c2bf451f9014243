import { setTimeout as sleep } from 'node:timers/promises';
import { concatMap, EMPTY, firstValueFrom, lastValueFrom, map, take, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { instantsOf, pullThrough } from './pipeline.ts';
import { candlesOf, feedOf } from './testing/feed-of.ts';

async function* counting(limit: number, log: string[]): AsyncGenerator<number> {
  try {
    for (let value = 1; value <= limit; value++) {
      log.push(`pull ${value}`);
      yield value;
    }
  } finally {
    log.push('closed');
  }
}

async function* broken(): AsyncGenerator<number> {
  yield 1;
  throw new Error('source');
}

test('pulls the next item only when the result of the former has come out', async () => {
  const log: string[] = [];
  const slow = concatMap(async (value: number) => {
    await sleep(value % 2);
    log.push(`done ${value}`);
    return value * 10;
  });
  const results = await lastValueFrom(pullThrough(counting(3, log), slow).pipe(toArray()));
  expect(results).toEqual([10, 20, 30]);
  expect(log).toEqual(['pull 1', 'done 1', 'pull 2', 'done 2', 'pull 3', 'done 3', 'closed']);
});

test('holds nothing between the source and a consumer that stands still', async () => {
  const log: string[] = [];
  const stuck = concatMap(() => new Promise<never>(() => {}));
  const subscription = pullThrough(counting(1_000, log), stuck).subscribe();
  await sleep(20);
  expect(log).toEqual(['pull 1']);
  subscription.unsubscribe();
});

test('closes the source when it is left early', async () => {
  const log: string[] = [];
  await lastValueFrom(
    pullThrough(
      counting(9, log),
      map((value) => value),
    ).pipe(take(2)),
  );
  await sleep(0);
  expect(log.at(-1)).toBe('closed');
  expect(log).not.toContain('pull 4');
});

test('passes on errors of the source and of the pipeline', async () => {
  const same = map((value: number) => value);
  await expect(lastValueFrom(pullThrough(broken(), same))).rejects.toThrow('source');
  const failing = map((): never => {
    throw new Error('pipeline');
  });
  await expect(firstValueFrom(pullThrough(counting(3, []), failing))).rejects.toThrow('pipeline');
});

test('completes with an empty source', async () => {
  const none = lastValueFrom(
    pullThrough(
      counting(0, []),
      concatMap(() => EMPTY),
    ),
    {
      defaultValue: 'none',
    },
  );
  await expect(none).resolves.toBe('none');
});

test('takes chunks apart', async () => {
  const closes: (number | undefined)[] = [];
  for await (const { candles } of instantsOf(feedOf(candlesOf([5, 4, 6]), 2).chunks()))
    closes.push(candles[0]?.close);
  expect(closes).toEqual([5, 4, 6]);
});
