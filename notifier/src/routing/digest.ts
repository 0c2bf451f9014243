import { toTime } from '@heliograph/contracts';
import type { Bucket, Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { exhaustMap, lastValueFrom, ReplaySubject, takeUntil, timer } from 'rxjs';
import { z } from 'zod';
import { compose } from '../messages/compose.ts';
import type { Message } from '../messages/message.ts';
import { count, things } from '../messages/numbers.ts';
import { line } from '../messages/text.ts';
import { moment } from '../messages/times.ts';

/** What is told from time to time, as a count of each kind. It outlives the process. */
export interface Digest extends AsyncDisposable {
  /** Counts it, once: what comes again under the same place is known. */
  add(kind: string, place: { readonly stream: string; readonly sequence: number }): Promise<void>;
}

const Kept = z.object({
  sinceMs: z.number(),
  counts: z.record(z.string(), z.int().positive()),
  /** The last place that was counted, by stream. */
  last: z.record(z.string(), z.int()),
});
type Kept = z.infer<typeof Kept>;

const bucketName = 'digests';
const empty: Kept = { sinceMs: 0, counts: {}, last: {} };

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
  /** Changes what is kept, whoever else does. */
  const change = async (bucket: Bucket, by: (kept: Kept) => Kept | undefined): Promise<void> => {
    for (;;) {
      const entry = await bucket.get(route);
      const next = by(entry ? Kept.parse(JSON.parse(entry.value)) : empty);
      if (!next) return;
      const revision = entry?.revision ?? 0;
      if ((await bucket.update(route, JSON.stringify(next), revision)) !== undefined) return;
    }
  };

  const tellDue = async (): Promise<void> => {
    const bucket = await bus.bucket(bucketName);
    const entry = await bucket.get(route);
    if (!entry) return;
    const { counts, sinceMs } = Kept.parse(JSON.parse(entry.value));
    if (Object.keys(counts).length === 0 || nowMs() - sinceMs < everyMs) return;
    if (!(await tell(digestMessage({ counts, sinceMs, nowMs: nowMs() })))) return;
    await change(bucket, (kept) => ({
      ...kept,
      sinceMs: nowMs(),
      counts: Object.fromEntries(
        Object.entries(kept.counts)
          .map(([kind, times]) => [kind, times - (counts[kind] ?? 0)] as const)
          .filter(([, times]) => times > 0),
      ),
    }));
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
    async add(kind, { stream, sequence }) {
      await change(await bus.bucket(bucketName), ({ sinceMs, counts, last }) =>
        sequence <= (last[stream] ?? 0)
          ? undefined
          : {
              sinceMs: Object.keys(counts).length === 0 ? nowMs() : sinceMs,
              counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 },
              last: { ...last, [stream]: sequence },
            },
      );
    },
    async [Symbol.asyncDispose]() {
      stopping$.next();
      await looking;
    },
  };
}

function digestMessage({
  counts,
  sinceMs,
  nowMs,
}: Pick<Kept, 'counts' | 'sinceMs'> & { nowMs: number }): Message {
  const all = Object.values(counts).reduce((sum, times) => sum + times, 0);
  const id = `digest ${sinceMs}`;
  return compose(
    {
      severity: 'info',
      quiet: true,
      emoji: '🗞',
      title: `Digest: ${things(all, 'alert')}`,
      lines: [
        line`Since ${moment(toTime(sinceMs))}`,
        ...Object.entries(counts)
          .toSorted(([, a], [, b]) => b - a)
          .map(([kind, times]) => line`${count(times)} × ${kind.replaceAll('_', ' ')}`),
      ],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
