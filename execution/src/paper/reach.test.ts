import type { OrderId } from '@heliograph/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptOf } from './attempt.ts';
import { emptyBook } from './book.ts';
import { evolveBook } from './evolve-book.ts';
import { finish, nextEvents } from './match.ts';
import { place } from './place.ts';
import { progressOf, type Progress } from './progress.ts';
import { progressAfter } from './progress-after.ts';
import { randomMoments, randomSettings } from './random-market.ts';
import { isOutOfReach } from './reach.ts';
import { rulesFor } from './rules.ts';
import { sliceOfCandle } from './slice.ts';
import { viewOf } from './view.ts';

test('what is out of reach comes to nothing and moves nothing, by exact arithmetic too', () => {
  let looked = 0;
  fc.assert(
    fc.property(randomSettings, randomMoments, (settings, moments) => {
      const book = evolveBook(emptyBook(), { type: 'account_opened', settings });
      const known = new Map<OrderId, Progress>();
      for (const [index, { candle, actions }] of moments.entries()) {
        const slice = sliceOfCandle(candle, index + 1);
        const rules = rulesFor(settings, candle.symbol);
        for (const order of book.resting.values()) {
          const progress = progressOf(known, order);
          if (order.symbol !== candle.symbol || !isOutOfReach(order, progress, slice)) continue;
          looked++;
          const view = viewOf(order, progress, slice, rules);
          expect(view).toBeDefined();
          expect(view && attemptOf({ order, progress, view, slice, rules })).toBeUndefined();
          const { upTo, closeMs, ...moved } = progressAfter(order, progress, slice, view);
          expect({ ...progress, ...moved }).toEqual(progress);
          expect([upTo, closeMs]).toEqual([slice.sequence, slice.closeTime]);
        }
        for (let events = nextEvents(book, known, slice); events.length > 0;) {
          for (const event of events) evolveBook(book, event);
          events = nextEvents(book, known, slice);
        }
        finish(book, known, slice);
        for (const action of actions)
          if (action.type === 'place')
            for (const event of place(book, action.order, { sequence: slice.sequence }).events)
              evolveBook(book, event);
      }
    }),
    { numRuns: 300 },
  );
  expect(looked, 'there was something to look at').toBeGreaterThan(100);
});
