/** The pauses that a venue asks for: whoever goes on asking is locked out. */
export interface QuietTime {
  /** How long it still wants to hear nothing. */
  leftMs(): number;
  /**
   * Sends a request, unless it is to be quiet, and heeds what the answer asks for.
   * @throws while it is to be quiet
   */
  keep(send: () => Promise<Response>): Promise<Response>;
}

const shortestPauseMs = 1_000;

export function createQuietTime({
  localMs = Date.now,
  monotonicMs = () => performance.now(),
}: {
  localMs?: () => number;
  /** One that never jumps: pauses go by it. */
  monotonicMs?: () => number;
} = {}): QuietTime {
  let untilMs = -Infinity;
  const leftMs = (): number => Math.max(0, untilMs - monotonicMs());
  return {
    leftMs,
    async keep(send) {
      if (leftMs() > 0) throw new Error(`the venue has asked for a pause of ${leftMs()} ms`);
      const response = await send();
      if (response.status === 429 || response.status === 418)
        untilMs = monotonicMs() + pauseMs(response.headers.get('retry-after') ?? '', localMs());
      return response;
    },
  };
}

/** What `Retry-After` asks for, in seconds or as a date. */
function pauseMs(header: string, nowMs: number): number {
  const seconds = header === '' ? Number.NaN : Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : shortestPauseMs;
}
