import { type Candle, SymbolName } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from './feed.ts';
import { mergeCandles } from './merge-candles.ts';

/** Candles of one source, in blocks, some of them empty. */
const source = fc
  .array(fc.uniqueArray(fc.nat(60), { maxLength: 12 }), { maxLength: 6 })
  .map((blocks) => {
    const times = [...new Set(blocks.flat())].toSorted((a, b) => a - b);
    return blocks.map((block) => times.splice(0, block.length));
  });

const sources = fc.array(source, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((blocks, index) => {
    const symbol = SymbolName.parse(`S${index}`);
    return blocks.map((block) => block.map((at) => aCandle({ at, symbol })));
  }),
);

async function* blocksOf(blocks: Candle[][]): AsyncGenerator<readonly Candle[]> {
  yield* blocks;
}

test('gives every candle once, by close time and then in the order of the sources, an instant never cut', async () => {
  await fc.assert(
    fc.asyncProperty(sources, async (all) => {
      const instants: Instant[] = [];
      for await (const chunk of mergeCandles(all.map(blocksOf))) {
        expect(chunk.length).toBeGreaterThan(0);
        instants.push(...chunk);
      }
      const times = instants.map(({ time }) => time);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      for (const { time, candles } of instants)
        expect(candles.every(({ closeTime }) => closeTime === time)).toBe(true);
      expect(instants.flatMap(({ candles }) => candles)).toEqual(
        all.flat(2).toSorted((a, b) => a.closeTime - b.closeTime || (a.symbol < b.symbol ? -1 : 1)),
      );
    }),
  );
});

test('reads no further than it is asked to, and closes its sources when it is left', async () => {
  const log: string[] = [];
  async function* watched(name: string, times: readonly number[]): AsyncGenerator<Candle[]> {
    try {
      for (const at of times) {
        log.push(`${name}${at}`);
        yield [aCandle({ at, symbol: SymbolName.parse(name) })];
      }
    } finally {
      log.push(`${name} closed`);
    }
  }
  for await (const chunk of mergeCandles([watched('A', [1, 2, 3]), watched('B', [1, 2, 3])])) {
    expect(chunk).toHaveLength(1);
    break;
  }
  expect(log).toEqual(['A1', 'B1', 'A closed', 'B closed']);
});

async function* broken(): AsyncGenerator<Candle[]> {
  yield [aCandle()];
  throw new Error('broken');
}

test('passes on the error of a source', async () => {
  const chunks = mergeCandles([broken()]);
  await expect(chunks.next()).resolves.toMatchObject({ done: false });
  await expect(chunks.next()).rejects.toThrow('broken');
});
