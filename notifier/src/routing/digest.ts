import { toTime } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { exhaustMap, lastValueFrom, ReplaySubject, takeUntil, timer } from 'rxjs';
import { compose } from '../messages/compose.ts';
import type { Message } from '../messages/message.ts';
import { things } from '../messages/numbers.ts';
import { line } from '../messages/text.ts';
import { moment } from '../messages/times.ts';
import { kindLines, openTally, sumOf, type Counted, type TallyPlace } from '../tally.ts';

/** What is told from time to time, as a count of each kind. It outlives the process. */
export interface Digest extends AsyncDisposable {
  /** Counts it, once: what comes again under the same place is known. */
  add(kind: string, place: TallyPlace): Promise<void>;
}

/** `tell` resolves to whether it was told. */
export function openDigest({
  bus,
  route,
  everyMs,
  tell,
  log,
  nowMs,
  lookEveryMs = 5_000,
}: {
  readonly bus: Pick<Bus, 'bucket'>;
  /** Whose it is. */
  readonly route: string;
  readonly everyMs: number;
  readonly tell: (message: Message) => Promise<boolean>;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly lookEveryMs?: number;
}): Digest {
  const tally = openTally(bus, route);

  const tellDue = async (): Promise<void> => {
    const counted = await tally.read();
    if (!counted || nowMs() - counted.sinceMs < everyMs) return;
    if (await tell(digestMessage(counted, nowMs())))
      await tally.told({ ...counted, untilMs: nowMs() });
  };

  const stopping$ = new ReplaySubject<void>(1);
  const looking = lastValueFrom(
    timer(lookEveryMs, lookEveryMs).pipe(
      exhaustMap(() =>
        tellDue().catch((err: unknown) => log.warn({ err }, 'a digest has to wait')),
      ),
      takeUntil(stopping$),
    ),
    { defaultValue: undefined },
  );

  return {
    add: (kind, place) => tally.add(kind, { timeMs: nowMs(), place }),
    async [Symbol.asyncDispose]() {
      stopping$.next();
      await looking;
    },
  };
}

function digestMessage(counted: Counted, nowMs: number): Message {
  const { sinceMs } = counted;
  const id = `digest ${sinceMs}`;
  return compose(
    {
      severity: 'info',
      quiet: true,
      emoji: '🗞',
      title: `Digest: ${things(sumOf(counted), 'alert')}`,
      lines: [line`Since ${moment(toTime(sinceMs))}`, ...kindLines(counted)],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
