import { TimeoutError } from 'nats';
import { afterEach, expect, test, vi } from 'vitest';
import { patiently } from './jetstream-publish.ts';

afterEach(() => vi.useRealTimers());

test.each([3_600_000, -3_600_000])(
  'a server that does not answer is tried for as long as it is to be, whatever the wall clock does (%i)',
  async (jumpMs) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    let tries = 0;
    const began = performance.now();
    const trying = patiently({ options: { patienceMs: 350 } }, 'cannot publish', async () => {
      tries++;
      vi.setSystemTime(Date.now() + jumpMs);
      throw new TimeoutError();
    });
    await expect(trying).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const tookMs = performance.now() - began;
    expect(tries).toBeGreaterThan(3);
    expect(tookMs).toBeGreaterThan(350);
    expect(tookMs).toBeLessThan(5_000);
  },
);
