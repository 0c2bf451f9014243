import { TransientError } from '../errors.ts';
import type { Bucket, Bus } from '../bus/bus.ts';

/** Where services say that they are alive, each under `<service>/<instance>`. */
export const heartbeatBucket = 'heartbeats';

const usuallyEveryMs = 5_000;

/**
 * Says again and again that a service is alive, until it is disposed, and then takes that back: who stops is not missed.
 * While the bus is away nothing is said, and nothing fails. Of a service that cannot go on nothing is said any more, nor taken back: it is missed.
 */
export function startHeartbeat({
  bus,
  service,
  instance,
  everyMs = usuallyEveryMs,
  finished,
}: {
  readonly bus: Pick<Bus, 'bucket'>;
  readonly service: string;
  readonly instance: string;
  readonly everyMs?: number;
  /** Rejects when the service cannot go on. */
  readonly finished?: Promise<unknown>;
}): AsyncDisposable {
  const key = `${service}/${instance}`;
  let bucket: Promise<Bucket> | undefined;
  /** Where it could not be opened it is opened the next time. */
  const opened = (): Promise<Bucket> =>
    (bucket ??= bus.bucket(heartbeatBucket).catch((error: unknown) => {
      bucket = undefined;
      throw error;
    }));
  let beating: Promise<unknown> = Promise.resolve();
  let beats = 0;
  const beat = (): void => {
    beating = beating.then(() => quietly(async () => (await opened()).put(key, String(++beats))));
  };
  beat();
  const timer = setInterval(beat, everyMs);
  timer.unref();
  let isMissed = false;
  finished?.catch(() => {
    isMissed = true;
    clearInterval(timer);
  });
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await beating;
      if (!isMissed) await quietly(async () => (await opened()).delete(key));
    },
  };
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TransientError) && !isClosed(error)) throw error;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'BUS_CLOSED';
}
