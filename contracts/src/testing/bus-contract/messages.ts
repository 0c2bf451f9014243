import { firstValueFrom, map, take, toArray, type Observable } from 'rxjs';
import type { Bus, Delivery, Outgoing, StoredMessage } from '../../bus/bus.ts';
import { MessageDeadLettered } from '../../dead-letter.ts';

export const marketCopy = { consumer: 'copier', streams: ['MARKET'] } as const;

export function candle(index: number, symbol = 'BTC-USDT'): Outgoing {
  return {
    subject: `market.candle.binance.${symbol}.1m`,
    id: `c${index}`,
    body: JSON.stringify({ index, price: '€1.50' }),
  };
}

export function candles(from: number, to: number): Outgoing[] {
  return Array.from({ length: to - from + 1 }, (_, index) => candle(from + index));
}

export function signal(index: number, symbol = 'BTC-USDT'): Outgoing {
  const body = JSON.stringify({ index });
  return { subject: `trade_signal.sma-cross.binance.${symbol}`, id: `s${index}`, body };
}

export function ids(messages: readonly { id: string }[]): string[] {
  return messages.map(({ id }) => id);
}

export async function publishAll(bus: Bus, messages: readonly Outgoing[]): Promise<void> {
  for (const message of messages) await bus.publish(message);
}

/** The first messages, each acknowledged as it comes. */
export function acked(deliveries$: Observable<Delivery>, count: number): Promise<StoredMessage[]> {
  return firstValueFrom(
    deliveries$.pipe(
      map((delivery) => {
        delivery.ack();
        return delivery.message;
      }),
      take(count),
      toArray(),
    ),
  );
}

export async function deadLetters(bus: Bus): Promise<MessageDeadLettered['data'][]> {
  const letters = await firstValueFrom(bus.read({ stream: 'DEAD_LETTERS' }).pipe(toArray()));
  return letters.map(({ body }) => MessageDeadLettered.parse(JSON.parse(body)).data);
}
