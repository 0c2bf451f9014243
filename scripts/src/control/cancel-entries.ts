import { liveTape, subjects } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { cancelSignal } from './close-signal.ts';
import { lastPrice } from './last-price.ts';
import type { ReadView } from './portfolio-view.ts';

/** For a price that no candle has told of. */
const unknownTimeframe = '1m';

/** Publishes a signal to take back the entries of a symbol, where there are any; resolves to the portfolios told. */
export async function cancelEntries(
  bus: Bus,
  views: readonly ReadView[],
  { symbol, author, command }: { symbol: string; author: string; command: string },
): Promise<string[]> {
  const told: string[] = [];
  for (const { name, tape, view, portfolio } of views) {
    const order = [...portfolio.orders.values()].find(
      (one) => one.role === 'entry' && one.symbol === symbol,
    );
    if (!order) continue;
    const candle = await lastPrice(bus, { ...order, tape });
    const known = order.referencePrice.toFixed();
    const nowMs = Date.now();
    const signal = cancelSignal({
      portfolio: name,
      mode: portfolio.opened?.mode ?? 'paper',
      tape,
      order,
      timeMs: tape === liveTape ? nowMs : Math.max(view.timeMs, candle?.timeMs ?? 0),
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
    told.push(name);
  }
  return told;
}
