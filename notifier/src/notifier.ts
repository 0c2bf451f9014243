import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import { handleEach, type Bus, type Delivery, type StoredMessage } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { retry, throwError, timer } from 'rxjs';
import { createAlerts, hear, type Heard } from './alerts.ts';
import { createBoundedMap } from './bounded-map.ts';
import { createLane, type Lane, type Waiting } from './lane.ts';
import { isUrgent } from './messages/bundle.ts';
import { createMissed } from './missed.ts';
import { createOutbox, type RetryDelays } from './outbox.ts';
import { withSound, type Message } from './messages/message.ts';
import { openDigest } from './routing/digest.ts';
import { isToldAnew, loudnessOf, type Rules, type ToldKind } from './routing/rules.ts';
import type { Sink } from './sinks/sink.ts';
import { openStories, type Beside } from './stories/stories.ts';

export interface NotifierOptions {
  readonly bus: Bus;
  readonly sink: Sink;
  /** Whose alerts these are, where several are told: letters, digits and dashes. */
  readonly route?: string | undefined;
  /** What is told there, and how. Default: everything as its message has it. */
  readonly rules?: Rules | undefined;
  /** How often what is to be told together is told. Default 3,600,000. */
  readonly digestEveryMs?: number | undefined;
  /** Called when nothing gets through until a person mends what it names. */
  readonly onBlocked?: ((remedy: string) => void) | undefined;
  readonly log: Logger;
  /** Default: 1 s, doubled up to 30 s. */
  readonly retryDelays?: RetryDelays;
  /** How long stopping waits for the message that is being sent. Default 3,000. */
  readonly stopTimeoutMs?: number;
  /** What could not be told for so long is told as a sum, where the sink bundles; urgent things all the same. Default 600,000. */
  readonly lateAfterMs?: number;
  /** What a trade brings within that time is shown at once, where it has one message. Default 400. */
  readonly settleMs?: number;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
}

export interface Notifier extends Service {
  /**
   * Tells something beside what is stored. Resolves to whether it was, or was not to be, told before the notifier has stopped;
   * never rejects.
   */
  tell(message: Message, kind: ToldKind): Promise<boolean>;
  /**
   * How many events are stored and not told.
   * @throws TransientError while the bus cannot be asked
   */
  untold(): Promise<number>;
  /** How many messages the sink has taken. */
  alerts(): number;
  /** Resolves when everything that is stored has been told; throws a TransientError when it stops before. */
  caughtUp(): Promise<void>;
}

/**
 * How often the bus may hand an alert out without an answer: more often than to others, for what kills a notifier is hardly
 * ever what it has to tell, and a letter about an alert is a poor alert.
 */
export const notifierMaxDeliver = 100;

const lagPollMs = 20;
const resubscribeMs = 1_000;
/** What is older goes together with what queues with it. */
const behindAfterMs = 10_000;
/** A server that was killed hands out some hundred messages again that were acknowledged long ago. */
const rememberedMessages = 4_096;

/** Which of the events a lane tells. */
type Told = 'all' | 'usual' | 'urgent';

/**
 * Tells people what the journal, the alerts and the dead letters hold, each event once and in order. An event counts as told when
 * the sink has taken its message; until then it is tried again, and all behind it wait. Where the sink bundles, what is
 * urgent does not wait: it has a consumer of its own.
 */
export function startNotifier({
  bus,
  sink,
  route,
  rules,
  digestEveryMs = 3_600_000,
  onBlocked,
  log,
  retryDelays = { minMs: 1_000, maxMs: 30_000 },
  stopTimeoutMs = 3_000,
  lateAfterMs = 600_000,
  settleMs = 400,
  nowMs = Date.now,
}: NotifierOptions): Notifier {
  const alerts = createAlerts(bus);
  const name = route === undefined ? 'notifier' : `notifier-${route}`;
  const newOutbox = () => createOutbox({ log, delays: retryDelays, onBlocked });
  const stopping = new AbortController();
  const outOfTime = new AbortController();
  const common = { sink, stopping: stopping.signal, signal: outOfTime.signal, log };
  const missed = createMissed();
  const late = {
    isLate({ kind, storedMs }: Waiting, message: Message): boolean {
      if (isUrgent(message) || nowMs() - storedMs < lateAfterMs) return false;
      missed.add(kind, storedMs);
      return true;
    },
    take: () => missed.take(nowMs()),
  };
  const usual = createLane({
    ...common,
    outbox: newOutbox(),
    ...((sink.sumsUp ?? sink.bundles) && { late }),
    isBehind: ({ storedMs }) => nowMs() - storedMs > behindAfterMs,
  });
  const urgent = createLane({ ...common, outbox: newOutbox() });
  const stories =
    sink.editable &&
    openStories({
      bus,
      route: name,
      sink,
      editable: sink.editable,
      outbox: newOutbox(),
      stopping: stopping.signal,
      signal: outOfTime.signal,
      log,
      settleMs,
      nowMs,
    });

  const announce = async (message: Message): Promise<boolean> => {
    const lane = isUrgent(message) ? urgent : usual;
    const waiting = { kind: 'announcement', storedMs: nowMs(), message: async () => message };
    return lane.tell(waiting).then(
      (end) => end === 'sent',
      (err: unknown) => {
        log.error({ err }, 'something was not told');
        // It would be refused again.
        return true;
      },
    );
  };
  const digest = openDigest({
    bus,
    route: name,
    everyMs: digestEveryMs,
    tell: announce,
    log,
    nowMs,
  });
  /** As the rules want it; undefined where they do not want it now. */
  const routed = async (
    kind: ToldKind,
    message: Message,
    stored?: StoredMessage,
  ): Promise<Message | undefined> => {
    if (!rules) return message;
    const loudness = loudnessOf(kind, message, { rules, nowMs: nowMs() });
    if (loudness === 'off') return undefined;
    if (loudness === 'digest' && stored) {
      await digest.add(kind, stored);
      return undefined;
    }
    const quiet = loudness !== 'sound';
    return quiet === message.quiet ? message : withSound(message, !quiet);
  };

  /** What is to be told of it in that lane, and beside the story of its trade. */
  const toTell = async (
    event: Heard,
    stored: StoredMessage,
    told: Told,
  ): Promise<Beside | undefined> => {
    const message = await alerts.of(event, stored);
    const happened = stories &&
      event.type !== 'message_dead_lettered' &&
      event.type !== 'strategy_failed' &&
      event.type !== 'market_disturbed' && {
        event,
        stored,
        portfolio: await alerts.portfolioOf(event, stored),
      };
    const isElsewhere = message && told !== 'all' && isUrgent(message) !== (told === 'urgent');
    const wanted = message && !isElsewhere ? await routed(event.type, message, stored) : undefined;
    if (!message || !happened) return wanted && { message: wanted };
    // One lane alone writes the stories, so that they are in order.
    if (told === 'urgent') return wanted && { message: await stories.answer(wanted, happened) };
    if (!wanted) return stories.note(happened, { told: isElsewhere ?? false });
    const isNews = isToldAnew(event.type, message, rules?.events[event.type]);
    return stories.tell(happened, { message: wanted, isNews });
  };

  /** Tells those of its events that are told in that lane. */
  const listen = (
    consumer: string,
    { lane, told: which }: { lane: Lane; told: Told },
  ): Promise<void> => {
    const told = createBoundedMap<string, true>(rememberedMessages);
    const waiting = new Map<string, Promise<'sent' | 'kept'>>();
    const inHand = new Set<Promise<void>>();
    const tell = async (event: Heard, delivery: Delivery): Promise<void> => {
      const { message: stored } = delivery;
      const key = `${stored.stream} ${stored.sequence} ${stored.id}`;
      if (told.has(key)) return;
      // It may come again while it waits.
      const again = waiting.get(key);
      let beside: Beside | undefined;
      const telling =
        again ??
        lane.tell({
          kind: event.type,
          storedMs: stored.storedTime,
          async message() {
            beside = await toTell(event, stored, which);
            return beside?.message;
          },
          sent: async (messageId, isAlone) => beside?.sent?.(messageId, isAlone),
        });
      waiting.set(key, telling);
      const end = await telling.finally(() => waiting.delete(key));
      if (end === 'sent') told.set(key, true);
      else delivery.retry(0);
    };
    const tracked = (work: Promise<void>): Promise<void> => {
      const settled = work.catch(() => undefined).finally(() => inHand.delete(settled));
      inHand.add(settled);
      return work;
    };
    return new Promise<void>((resolve, reject) => {
      const subscription = bus
        .copies({
          consumer,
          streams: ['TRADING', 'ALERTS', 'DEAD_LETTERS'],
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
            // The lane keeps the order.
            concurrency: sink.maxInFlight,
            handle: (event, delivery) => tracked(tell(event, delivery)),
            onError: (err, { message: { stream, sequence } }) =>
              log.error({ err, stream, sequence }, 'event not told'),
          }),
        )
        .subscribe({ error: reject, complete: resolve });
      stopping.signal.addEventListener('abort', () => {
        subscription.unsubscribe();
        resolve(Promise.all(inHand).then(() => undefined));
      });
    });
  };

  const consumers = sink.bundles ? [name, `${name}-urgent`] : [name];
  const finished = Promise.all([
    listen(name, { lane: usual, told: sink.bundles ? 'usual' : 'all' }),
    ...(sink.bundles ? [listen(`${name}-urgent`, { lane: urgent, told: 'urgent' })] : []),
  ]).then(() => undefined);
  let ended = false;
  const end = finished
    .catch(() => undefined) // Whoever wants to know awaits `finished`; that nobody does must not end the process.
    .then(() => void (ended = true));

  const stop = async (): Promise<void> => {
    stopping.abort();
    const deadline = setTimeout(() => outOfTime.abort(), stopTimeoutMs);
    await end;
    await digest[Symbol.asyncDispose]();
    await stories?.[Symbol.asyncDispose]();
    clearTimeout(deadline);
  };

  const untold = async (): Promise<number> => {
    const lags = await Promise.all(consumers.map((consumer) => bus.lag(consumer)));
    return Math.max(...lags) + (stories?.unshown() ?? 0);
  };
  const untoldOrUnknown = (): Promise<number> =>
    untold().catch((error: unknown) => {
      if (error instanceof TransientError) return Infinity;
      throw error;
    });

  return {
    name,
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
    untold,
    async tell(message, kind) {
      const wanted = await routed(kind, message);
      return wanted ? announce(wanted) : true;
    },
    alerts: () => usual.sent() + urgent.sent() + (stories?.shown() ?? 0),
    async caughtUp() {
      await stories?.ready;
      while ((await untoldOrUnknown()) > 0) {
        if (ended)
          throw new TransientError('NOTIFIER_STOPPED', 'the notifier stopped before all was told');
        await sleep(lagPollMs);
      }
    },
  };
}
