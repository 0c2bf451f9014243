import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import { handleEach, type Bus, type Delivery, type StoredMessage } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { retry, throwError, timer } from 'rxjs';
import { createAlerts, hear, type Heard } from './alerts.ts';
import { createBoundedMap } from './bounded-map.ts';
import { createOutbox, type RetryDelays } from './outbox.ts';
import type { Message } from './messages/message.ts';
import type { SendOutcome, Sink } from './sinks/sink.ts';

export interface NotifierOptions {
  readonly bus: Bus;
  readonly sink: Sink;
  readonly log: Logger;
  /** Default: 1 s, doubled up to 30 s. */
  readonly retryDelays?: RetryDelays;
  /** How long stopping waits for the message that is being sent. Default 3,000. */
  readonly stopTimeoutMs?: number;
}

export interface Notifier extends Service {
  /** Tells something beside what is stored: until it is told, or the notifier stops. */
  tell(message: Message): void;
  /** How many messages the sink has taken. */
  alerts(): number;
  /** Resolves when everything that is stored has been told; throws a TransientError when it stops before. */
  caughtUp(): Promise<void>;
}

const name = 'notifier';
const lagPollMs = 20;
const resubscribeMs = 1_000;
/** A server that was killed hands out some hundred messages again that were acknowledged long ago. */
const rememberedMessages = 4_096;

/**
 * Tells people what the journal and the dead letters hold, each event once and in order. An event counts as told when
 * the sink has taken its message; until then it is tried again, and all behind it wait.
 */
export function startNotifier({
  bus,
  sink,
  log,
  retryDelays = { minMs: 1_000, maxMs: 30_000 },
  stopTimeoutMs = 3_000,
}: NotifierOptions): Notifier {
  const alerts = createAlerts(bus);
  const outbox = createOutbox({ log, delays: retryDelays });
  const besides = createOutbox({ log, delays: retryDelays });
  const told = createBoundedMap<string, true>(rememberedMessages);
  const stopping = new AbortController();
  const outOfTime = new AbortController();
  let sent = 0;
  let inHand: Promise<void> = Promise.resolve();

  let lastSend: Promise<unknown> = Promise.resolve();
  /** The sink takes one at a time. */
  const send = (message: Message): Promise<SendOutcome> => {
    const sending = lastSend.then(() => sink.send(message, outOfTime.signal));
    lastSend = sending.catch(() => undefined);
    return sending;
  };
  const attempt = async (event: Heard, stored: StoredMessage) => {
    const message = await alerts.of(event, stored);
    if (!message) return { status: 'sent' } as const;
    const outcome = await send(message);
    if (outcome.status === 'sent') sent++;
    return outcome;
  };

  const tell = async (event: Heard, delivery: Delivery): Promise<void> => {
    const { message } = delivery;
    const key = `${message.stream} ${message.sequence} ${message.id}`;
    if (told.has(key)) return;
    const end = await outbox.deliver(() => attempt(event, message), stopping.signal);
    if (end === 'sent') told.set(key, true);
    else delivery.retry(0);
  };

  const finished = new Promise<void>((resolve, reject) => {
    const subscription = bus
      .copies({
        consumer: name,
        streams: ['TRADING', 'DEAD_LETTERS'],
        maxInFlight: sink.maxInFlight,
      })
      .pipe(
        retry({
          delay: (error: unknown) => {
            if (!(error instanceof TransientError)) return throwError(() => error);
            log.warn({ err: error }, 'events are subscribed to again');
            return timer(resubscribeMs);
          },
          resetOnSuccess: true,
        }),
        handleEach({
          parse: hear,
          handle: (event, delivery) => (inHand = tell(event, delivery)),
          onError: (err, { message: { stream, sequence } }) =>
            log.error({ err, stream, sequence }, 'event not told'),
        }),
      )
      .subscribe({ error: reject, complete: resolve });
    stopping.signal.addEventListener('abort', () => {
      subscription.unsubscribe();
      resolve(inHand.catch(() => undefined));
    });
  });
  let ended = false;
  const end = finished
    .catch(() => undefined) // Whoever wants to know awaits `finished`; that nobody does must not end the process.
    .then(() => void (ended = true));

  const stop = async (): Promise<void> => {
    stopping.abort();
    const deadline = setTimeout(() => outOfTime.abort(), stopTimeoutMs);
    await end;
    clearTimeout(deadline);
  };

  const untold = (): Promise<number> =>
    bus.lag(name).catch((error: unknown) => {
      if (error instanceof TransientError) return Infinity;
      throw error;
    });

  return {
    name,
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
    tell: (message) =>
      void besides
        .deliver(() => send(message), stopping.signal)
        .catch((err: unknown) => log.error({ err }, 'something was not told')),
    alerts: () => sent,
    async caughtUp() {
      while ((await untold()) > 0) {
        if (ended)
          throw new TransientError('NOTIFIER_STOPPED', 'the notifier stopped before all was told');
        await sleep(lagPollMs);
      }
    },
  };
}
