import { liveTape, subjects } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { personsChoice } from '@heliograph/execution';
import { cancelSignal } from './close-signal.ts';
import { lastPrice } from './last-price.ts';
import type { ReadView } from './portfolio-view.ts';

/** For a price that no candle has told of. */
const unknownTimeframe = '1m';

/**
 * Publishes signals to take back what a person may of a symbol, entries above all, one for each venue at which there are any; resolves to the
 * portfolios told.
 */
export async function cancelEntries(
  bus: Bus,
  views: readonly ReadView[],
  { symbol, author, command }: { symbol: string; author: string; command: string },
): Promise<string[]> {
  const told = new Set<string>();
  for (const { name, tape, view, portfolio } of views) {
    const isChosen = personsChoice(portfolio);
    const entries = [...portfolio.orders.values()].filter(
      (order) => order.symbol === symbol && isChosen(order),
    );
    for (const order of new Map(entries.map((entry) => [entry.venue, entry])).values()) {
      const candle = await lastPrice(bus, { ...order, tape });
      const known = order.referencePrice.toFixed();
      const nowMs = Date.now();
      const signal = cancelSignal({
        portfolio: name,
        mode: portfolio.opened?.mode ?? 'paper',
        tape,
        order,
        timeMs: Math.max(view.timeMs, tape === liveTape ? nowMs : (candle?.timeMs ?? view.timeMs)),
        recordedMs: nowMs,
        price: candle ?? { price: known, timeMs: view.timeMs, timeframe: unknownTimeframe },
        command,
        reason: `taken back by ${author}`,
      });
      await bus.publish({
        subject: subjects.signal(signal.data),
        id: signal.id,
        body: JSON.stringify(signal),
      });
      told.add(name);
    }
  }
  return [...told];
}
