import { hash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deterministicId, subjects, toTime, type Mode } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { z } from 'zod';
import { directionOf, signalOfAlert, TradingViewAlert } from './tradingview-alert.ts';

const mostBytes = 16 * 1_024;
/** From one address, of those who do not know the secret, and of all who do. */
const strangersAMinute = 120;
const alertsAMinute = 1_200;
/** TradingView waits for three seconds; who takes longer has not answered. */
export const answerWithinMs = 2_500;
const requestWithinMs = 10_000;
/** Of an alert that comes from a clock that is ahead. */
const aheadAtMostMs = 5_000;

export interface AlertWebhookOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What every alert has to say. */
  readonly secret: string;
  /** An alert that is older is refused: its price is another one by now. */
  readonly maxLagMs: number;
  readonly mode: Mode;
  readonly instance: string;
  /** Certificates for mutual TLS, PEM; without them whoever stands in front of it speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
  readonly log: Logger;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
}

export interface AlertWebhook extends Service {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly address: string;
}

type Answer = {
  readonly code: number;
  readonly status: string;
  readonly [fact: string]: string | number;
};

const unknown: Answer = {
  code: 503,
  status: 'unknown',
  why: 'the message server does not answer: send it again, it is the same signal',
};

/**
 * Takes TradingView's alerts as signals: `POST /tradingview`. 200 says that the signal is stored, 503 that nobody knows, any
 * other answer that it is not. Whoever does not know the secret learns nothing else, and keeps nobody out who does.
 */
export async function startAlertWebhook(options: AlertWebhookOptions): Promise<AlertWebhook> {
  const { bus, host, port, tls, log, maxLagMs, nowMs = Date.now } = options;
  const source = `webhook/${options.instance}`;
  const runId = deterministicId('webhook', source, toTime(nowMs()));
  const wanted = digest(options.secret);
  /** Of each strategy the last one that is known to be stored. */
  const sequences = new Map<string, number>();

  const isKnown = (body: unknown): boolean => {
    const said = z.looseObject({ secret: z.string() }).safeParse(body);
    return said.success && timingSafeEqual(digest(said.data.secret), wanted);
  };

  const takeNext = async (body: unknown): Promise<Answer> => {
    const parsed = TradingViewAlert.safeParse(body);
    if (!parsed.success) return refused(400, z.prettifyError(parsed.error));
    const alert = parsed.data;
    const lagMs = nowMs() - Date.parse(alert.time);
    if (lagMs > maxLagMs) return refused(422, `it is ${lagMs} ms old, and ${maxLagMs} are allowed`);
    if (lagMs < -aheadAtMostMs) return refused(422, `its time is ${-lagMs} ms ahead`);
    const direction = directionOf(alert);
    if (!direction) return { code: 200, status: 'nothing to do' };
    let signal;
    try {
      const { mode } = options;
      const sequence = (sequences.get(alert.strategy) ?? 0) + 1;
      const origin = { mode, runId, source, sequence, recordedMs: nowMs() };
      signal = signalOfAlert(alert, direction, origin);
    } catch (error) {
      return refused(400, error instanceof z.ZodError ? z.prettifyError(error) : String(error));
    }
    const { duplicate } = await bus.publish({
      subject: subjects.signal(signal.data),
      id: signal.id,
      body: JSON.stringify(signal),
    });
    if (!duplicate) sequences.set(alert.strategy, signal.sequence);
    return { code: 200, status: duplicate ? 'known' : 'stored', signal: signal.id };
  };

  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: two at once would have the same number. */
  const take = (body: unknown): Promise<Answer> => {
    if (!isKnown(body)) return Promise.resolve({ code: 401, status: 'unauthorized' });
    const taking = last.then(() => takeNext(body));
    last = taking.catch(() => undefined);
    return taking;
  };

  // Loaded here, as whoever takes no alerts would wait for them at every start.
  const [{ fastify }, { default: rateLimit }] = await Promise.all([
    import('fastify'),
    import('@fastify/rate-limit'),
  ]);
  const app = fastify({
    bodyLimit: mostBytes,
    requestTimeout: requestWithinMs,
    ...(tls && {
      https: {
        ...tls,
        ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }),
      },
    }),
  });
  // Behind what speaks TLS everybody has one address: strangers are not to use up the alerts of those who know the secret.
  await app.register(rateLimit, {
    hook: 'preHandler',
    timeWindow: '1 minute',
    keyGenerator: ({ body, ip }) => (isKnown(body) ? 'known' : ip),
    max: (_request, key) => (key === 'known' ? alertsAMinute : strangersAMinute),
  });
  // TradingView sends JSON as text where it does not look like JSON to it.
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(null, undefined);
    }
  });
  app.post('/tradingview', async (request, reply) => {
    const taken = take(request.body).then(
      (answer) => {
        if (answer.code !== 200) log.warn({ ...answer, from: request.ip }, 'an alert was refused');
        return answer;
      },
      (err: unknown) => {
        log.error({ err }, 'nobody knows whether an alert is stored');
        return unknown;
      },
    );
    const tooLong = sleep(answerWithinMs, unknown, { ref: false });
    const { code, ...answer } = await Promise.race([taken, tooLong]);
    return reply.code(code).send(answer);
  });
  const address = await app.listen({ host, port });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const stop = async (): Promise<void> => {
    // Whoever has sent half of an alert would be waited for.
    const cut = setTimeout(() => app.server.closeAllConnections(), answerWithinMs);
    await app.close();
    clearTimeout(cut);
    resolve();
  };
  return { name: 'webhook', address, finished, stop, [Symbol.asyncDispose]: stop };
}

function refused(code: number, why: string): Answer {
  return { code, status: 'refused', why };
}

/** Only what is of one length can be compared in constant time. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
