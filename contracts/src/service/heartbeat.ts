import { TransientError } from '../errors.ts';
import type { Bus } from '../bus/bus.ts';

/** Where services say that they are alive, each under `<service>/<instance>`. */
export const heartbeatBucket = 'heartbeats';

const usuallyEveryMs = 5_000;

/**
 * Says again and again that a service is alive, until it is disposed, and then takes that back: who stops is not missed.
 * While the bus is away nothing is said, and nothing fails.
 */
export function startHeartbeat({
  bus,
  service,
  instance,
  everyMs = usuallyEveryMs,
}: {
  readonly bus: Pick<Bus, 'bucket'>;
  readonly service: string;
  readonly instance: string;
  readonly everyMs?: number;
}): AsyncDisposable {
  const key = `${service}/${instance}`;
  const bucket = bus.bucket(heartbeatBucket);
  let beating: Promise<unknown> = Promise.resolve();
  let beats = 0;
  const beat = (): void => {
    beating = beating.then(() => quietly(async () => (await bucket).put(key, String(++beats))));
  };
  beat();
  const timer = setInterval(beat, everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await beating;
      await quietly(async () => (await bucket).delete(key));
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
