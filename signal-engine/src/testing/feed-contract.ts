import type { Candle } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Instant, Instrument } from '../feeds/feed.ts';

interface ReadFeed {
  readonly signal: AbortSignal;
  /** Live ones only tell what closes after it, epoch ms. */
  readonly afterMs: number;
}

/** A feed and the market behind it. */
export interface FeedSubject extends AsyncDisposable {
  readonly instruments: readonly Instrument[];
  /** What it has to tell, oldest first; of a live one, what has happened by now and a little more. */
  readonly truth: readonly Candle[];
  read(options: ReadFeed): AsyncIterable<Instant>;
  /** Takes the market away, and brings it back; where that can be done. */
  disturb?(): Promise<void>;
}

/** What every feed keeps, whatever it tells. */
export interface FeedContract {
  /** Recordings have an end; a live one goes on. */
  readonly kind: 'recording' | 'live';
  open(): Promise<FeedSubject>;
  /** The same with something that cannot be among what it tells of its first instrument. */
  openSpoiled?(): Promise<FeedSubject>;
  /** Whether what it opens can be disturbed. */
  readonly disturbs?: boolean;
}

const none = -Infinity;

interface Taking {
  readonly afterMs?: number;
  onCandle?(count: number): void;
}

/** Candles until it is enough, or the feed ends. */
async function takeUntil(
  subject: FeedSubject,
  isEnough: (candle: Candle) => boolean,
  { afterMs = none, onCandle = () => {} }: Taking = {},
): Promise<Candle[]> {
  const stopping = new AbortController();
  const taken: Candle[] = [];
  let enough = false;
  for await (const { time, candles } of subject.read({ afterMs, signal: stopping.signal })) {
    for (const candle of candles) {
      expect(candle.closeTime).toBe(time);
      taken.push(candle);
      onCandle(taken.length);
      enough ||= isEnough(candle);
    }
    if (enough) break;
  }
  stopping.abort();
  return taken;
}

/** Whatever is told until all of that has been; what is later than all of it is not looked at. */
async function take(
  subject: FeedSubject,
  wanted: readonly Candle[],
  options: Taking = {},
): Promise<Candle[]> {
  const missing = new Set(wanted.map(keyOf));
  const lastMs = Math.max(...wanted.map(({ closeTime }) => closeTime));
  const isEnough = (candle: Candle): boolean => {
    missing.delete(keyOf(candle));
    return missing.size === 0;
  };
  const taken = await takeUntil(subject, isEnough, options);
  return taken.filter(({ closeTime }) => closeTime <= lastMs);
}

function keyOf({ symbol, openTime }: Candle): string {
  return `${symbol} ${openTime}`;
}

function ofEach(
  instruments: readonly Instrument[],
  candles: readonly Candle[],
): (readonly Candle[])[] {
  return instruments.map(({ symbol }) => candles.filter((candle) => candle.symbol === symbol));
}

export function testFeed(name: string, contract: FeedContract): void {
  const isLive = contract.kind === 'live';

  describe(`the feed contract, kept by ${name}`, () => {
    test('every candle is told once, of each instrument in order', async () => {
      await using subject = await contract.open();
      const { instruments, truth } = subject;
      const taken = await take(subject, truth);
      expect(ofEach(instruments, taken)).toEqual(ofEach(instruments, truth));
    });

    test('it can be left at any point and read again', async () => {
      await using subject = await contract.open();
      const [first] = await takeUntil(subject, () => true);
      expect(first).toBeDefined();
      const again = await takeUntil(subject, (candle) => isDeepStrictEqual(candle, first));
      expect(again).toContainEqual(first);
    });

    test.runIf(!isLive)('instants rise, and equal times are one instant', async () => {
      await using subject = await contract.open();
      const times: number[] = [];
      const { signal } = new AbortController();
      for await (const { time } of subject.read({ afterMs: none, signal })) times.push(time);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    });

    test.runIf(isLive)('it begins where it is told to, with what was before now', async () => {
      await using subject = await contract.open();
      const { instruments, truth } = subject;
      const afterMs = truth[Math.floor(truth.length / 2)]?.closeTime ?? 0;
      const wanted = truth.filter(({ closeTime }) => closeTime > afterMs);
      const taken = await take(subject, wanted, { afterMs });
      expect(ofEach(instruments, taken)).toEqual(ofEach(instruments, wanted));
    });

    test.runIf(isLive)('it ends when it is told to, also while nothing comes', async () => {
      await using subject = await contract.open();
      const stopping = new AbortController();
      let count = 0;
      const reading = (async () => {
        for await (const { candles } of subject.read({ afterMs: none, signal: stopping.signal }))
          count += candles.length;
      })();
      await eventually(() => expect(count).toBeGreaterThan(0));
      stopping.abort();
      await reading;
    });

    test.runIf(contract.disturbs)(
      'when the market was away, what was missed is told in its place',
      async () => {
        await using subject = await contract.open();
        const { instruments, truth } = subject;
        let disturbed: Promise<void> | undefined;
        const taken = await take(subject, truth, {
          onCandle: (at) => {
            if (at >= truth.length / 3) disturbed ??= subject.disturb?.();
          },
        });
        await disturbed;
        expect(ofEach(instruments, taken)).toEqual(ofEach(instruments, truth));
      },
    );

    const { openSpoiled } = contract;
    if (openSpoiled === undefined) return;

    test.runIf(isLive)('what cannot be is not told, and all the rest is', async () => {
      await using subject = await openSpoiled();
      const { instruments, truth } = subject;
      const taken = await take(subject, truth);
      expect(ofEach(instruments, taken)).toEqual(ofEach(instruments, truth));
    });

    test.runIf(!isLive)('what cannot be is refused with its place', async () => {
      await using subject = await openSpoiled();
      await expect(take(subject, subject.truth)).rejects.toThrow(/, line \d+: found .*, expected /);
    });
  });
}
