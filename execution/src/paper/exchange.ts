import type { Candle, OrderId, PortfolioSettings } from '@heliograph/contracts';
import type { Abandonment, OrderRequest, Placement, Report } from '../brokers/broker.ts';
import { instrumentKey } from '../instrument-key.ts';
import { abandon, cancel, cancelResting, emptyBook, type PaperBook } from './book.ts';
import { evolveBook } from './evolve-book.ts';
import { createCandleLengths } from './candle-lengths.ts';
import { reportOf, type PaperEvent } from './events.ts';
import { finish, nextEvents } from './match.ts';
import { place } from './place.ts';
import type { Progress } from './progress.ts';
import { sliceOfCandle, sliceOfPrint, type Print, type Slice } from './slice.ts';

/**
 * A paper account in one process, without a bus: what its replicas over a bus do, at once. Reports come in the order of
 * the book, each after the whole step that made it; orders that are placed from within `onReport` and protect what was
 * filled are still matched with the same candle.
 */
export interface PaperExchange {
  readonly book: PaperBook;
  place(order: OrderRequest): Placement;
  /** Takes back what is not filled yet; nothing when the order has ended or is not there. */
  cancel(orderId: OrderId, why: Abandonment): void;
  /** True when the order is not there and never will be. */
  abandon(orderId: OrderId, why: Abandonment): boolean;
  onCandle(candle: Candle): void;
  onPrint(print: Print): void;
  /** The tape has ended. */
  cancelResting(timeMs: number): void;
}

export function createPaperExchange({
  settings,
  onReport,
}: {
  settings: PortfolioSettings;
  onReport: (report: Report) => void;
}): PaperExchange {
  const book = evolveBook(emptyBook(), { type: 'account_opened', settings });
  const fillsFrom = settings.paper?.tape ?? 'candles';
  const progress = new Map<OrderId, Progress>();
  const lengths = createCandleLengths();
  const waiting: Report[] = [];
  let isTelling = false;
  /** How much of the tape there was. */
  let sequence = 0;

  const write = (events: readonly PaperEvent[]): void => {
    for (const event of events) {
      evolveBook(book, event);
      if (event.type === 'account_opened') continue;
      if (!book.resting.has(event.orderId)) progress.delete(event.orderId);
      waiting.push(reportOf(event, book.count));
    }
    tell();
  };
  /** First come, first told, also when telling makes for more to tell. */
  const tell = (): void => {
    if (isTelling) return;
    isTelling = true;
    try {
      for (let report = waiting.shift(); report; report = waiting.shift()) onReport(report);
    } finally {
      isTelling = false;
    }
  };
  const match = (slice: Slice): void => {
    for (;;) {
      const events = nextEvents(book, progress, slice);
      if (events.length === 0) break;
      write(events);
    }
    finish(book, progress, slice);
  };

  return {
    get book() {
      return book;
    },
    place(order) {
      const shortestCandleMs = lengths.shortestOf(order);
      const { placement, events } = place(book, order, {
        sequence,
        ...(shortestCandleMs !== undefined && { shortestCandleMs }),
      });
      write(events);
      return placement;
    },
    cancel: (orderId, why) => write(cancel(book, orderId, why)),
    abandon(orderId, why) {
      write(abandon(book, orderId, why));
      return book.ended.get(orderId)?.abandoned !== undefined;
    },
    onCandle(candle) {
      if (fillsFrom !== 'candles') return;
      sequence++;
      lengths.add(candle);
      if (book.restingIn.has(instrumentKey(candle))) match(sliceOfCandle(candle, sequence));
    },
    onPrint(print) {
      if (fillsFrom !== 'trades') return;
      sequence++;
      if (book.restingIn.has(instrumentKey(print))) match(sliceOfPrint(print, sequence));
    },
    cancelResting: (timeMs) => write(cancelResting(book, timeMs)),
  };
}
