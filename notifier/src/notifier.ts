import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { createAlerts } from './alerts.ts';
import { createLane, type Waiting } from './lane.ts';
import { isUrgent } from './messages/bundle.ts';
import { openMissed } from './missed.ts';
import { createOutbox, type RetryDelays } from './outbox.ts';
import { withSound, type Message } from './messages/message.ts';
import { openDigest } from './routing/digest.ts';
import { createRouted } from './routing/routed.ts';
import { isQuietAt, type Rules, type ToldKind } from './routing/rules.ts';
import type { Sink } from './sinks/sink.ts';
import { openStories } from './stories/stories.ts';
import { tellEvents, type Teller } from './tell-events.ts';
import { createToTell } from './to-tell.ts';

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
/** What is older goes together with what queues with it. */
const behindAfterMs = 10_000;

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
  const name = route === undefined ? 'notifier' : `notifier-${route}`;
  const stopping = new AbortController();
  const outOfTime = new AbortController();
  const common = {
    sink,
    // One for all lanes: a chat that is closed is closed for each of them, and told of once.
    outbox: createOutbox({ log, delays: retryDelays, onBlocked }),
    stopping: stopping.signal,
    signal: outOfTime.signal,
    log,
  };
  const missed = openMissed(bus, name, nowMs);
  const late = {
    async isLate({ kind, storedMs, place }: Waiting, message: Message): Promise<boolean> {
      if (isUrgent(message) || nowMs() - storedMs < lateAfterMs) return false;
      await missed.add(kind, { timeMs: storedMs, ...(place && { place }) });
      return true;
    },
    async sum() {
      const sum = await missed.sum();
      const isQuiet = isQuietAt(rules?.quietHours, nowMs());
      return sum && isQuiet ? { ...sum, message: withSound(sum.message, false) } : sum;
    },
  };
  const usual = createLane({
    ...common,
    ...((sink.sumsUp ?? sink.bundles) && { late }),
    isBehind: ({ storedMs }) => nowMs() - storedMs > behindAfterMs,
  });
  const urgent = createLane(common);
  const { editable } = sink;
  const stories =
    editable && openStories({ ...common, bus, route: name, editable, settleMs, nowMs });

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
  const routed = createRouted({ rules, digest, nowMs });
  const toTell = createToTell({ alerts: createAlerts(bus), stories, routed, rules });

  const tellers: readonly Teller[] = sink.bundles
    ? [
        { consumer: name, lane: usual, told: 'usual' },
        { consumer: `${name}-urgent`, lane: urgent, told: 'urgent' },
      ]
    : [{ consumer: name, lane: usual, told: 'all' }];
  const telling = { bus, toTell, maxInFlight: sink.maxInFlight, stopping: stopping.signal, log };
  const finished = Promise.all(tellers.map((teller) => tellEvents(teller, telling))).then(
    () => undefined,
  );
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
    const lags = await Promise.all(tellers.map(({ consumer }) => bus.lag(consumer)));
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
