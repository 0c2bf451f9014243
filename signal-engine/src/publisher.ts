import type { Candle, TradeSignal } from '@heliograph/contracts';
import type { Bus, Outgoing } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { candleMessage, signalMessage, tapeEndedMessage } from './messages.ts';
import { createPublishWindow } from './publish-window.ts';
import type { Settlements } from './settlements.ts';
import type { Step } from './signals.ts';
import type { TapeTally } from './tape-tally.ts';
import { withRetry } from './with-retry.ts';

const publishAhead = 256;
const settleWarningMs = 10_000;

/** Publishes the steps of one tape in their order. */
export interface Publisher {
  /** The candles of an instant, then its signals one by one, each awaited until it is settled. */
  release(step: Step): Promise<void>;
  /** Something beside the tape. */
  tell(message: Outgoing): void;
  /** That nothing more comes on the tape, with what has been on it. */
  end(tally: TapeTally): Promise<void>;
  /** Resolves when all that was released is stored. */
  stored(): Promise<void>;
}

export function createPublisher(options: {
  readonly bus: Bus;
  readonly tape: string;
  readonly source: string;
  /** Where to see what became of a signal; without it nothing is waited for. */
  readonly settlements: Settlements | undefined;
  /** Aborted: what failed is not tried again. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}): Publisher {
  const { bus, tape, source, settlements, signal, log } = options;
  /** The symbols whose last candle gave no signal, so that the next one fills no order. */
  const calm = new Set<string>();

  const window = createPublishWindow({
    limit: publishAhead,
    publish: (message) => bus.publish(message),
    recover: (message) =>
      withRetry(() => bus.publish(message), {
        signal,
        onFailure: (err, delayMs) =>
          log.warn({ err, subject: message.subject, delayMs }, 'publishing failed, trying again'),
      }),
  });

  const settled = async ({ id, data }: TradeSignal): Promise<void> => {
    if (!settlements) return;
    const warning = setTimeout(
      () =>
        log.warn(
          { signalId: id, symbol: data.symbol, tape },
          'nobody decides on this signal: is an execution worker running on this server?',
        ),
      settleWarningMs,
    ).unref();
    await settlements.settled(id).finally(() => clearTimeout(warning));
  };

  return {
    async release({ instant, signals }) {
      const symbols = instant.candles.map(symbolOf);
      const stored = instant.candles.map((candle) =>
        window.send(candleMessage(candle, { tape, source })),
      );
      // A candle that has to be published a second time comes behind later ones. One that fills an order must not.
      const inOrder = signals.length === 0 && symbols.every((symbol) => calm.has(symbol));
      await (inOrder ? window.room() : window.settled());
      for (const symbol of symbols) calm.add(symbol);
      if (signals.length === 0) return;
      // Whoever decides must have seen all of the instant: a limit can hang on another symbol's fill.
      const sequences = (await Promise.all(stored)).map(({ sequence }) => sequence);
      const seen = Math.max(...sequences);
      for (const each of signals) {
        await window.send(signalMessage(each, seen));
        await settled(each);
        calm.delete(symbolOf(each.data));
      }
    },
    tell(message) {
      void window.send(message);
    },
    async end(tally) {
      await window.settled();
      await window.send(tapeEndedMessage(tally, { tape, source }));
    },
    stored: () => window.settled(),
  };
}

function symbolOf({ venue, symbol }: Pick<Candle, 'venue' | 'symbol'>): string {
  return `${venue} ${symbol}`;
}
