import {
  liveTape,
  toTime,
  TransientError,
  type QueryName,
  type QueryRequest,
  type QueryResult,
} from '@heliograph/contracts';
import { askTradeLog, type Bus } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { exhaustMap, lastValueFrom, ReplaySubject, takeUntil, timer } from 'rxjs';
import { equityChart } from '../charts/equity-chart.ts';
import { renderPng } from '../charts/render-png.ts';
import type { Message } from '../messages/message.ts';
import { lastDue, type DueSummary, type SummaryKind, type SummaryTimes } from './due.ts';
import { summaryMessage, type Summarised } from './summary-message.ts';

export interface SummariesOptions {
  readonly bus: Pick<Bus, 'bucket' | 'request'>;
  readonly times: SummaryTimes;
  readonly tell: (message: Message) => void;
  readonly log: Logger;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
  /** Default 30,000. */
  readonly lookEveryMs?: number;
}

/** The date of the last summary of each kind. */
const bucketName = 'summaries';
const kinds = ['daily', 'weekly'] as const;
const answerWithinMs = 5_000;
/** What happened just before a summary is due has to be logged before it is asked for. */
const loggedAfterMs = 10_000;

/**
 * Tells what each day and each week has brought, once, whoever else does so too. One that was due while nobody was there is
 * told at the next start; the first is due after the first start.
 */
export function startSummaries({
  bus,
  times,
  tell,
  log,
  nowMs = Date.now,
  lookEveryMs = 30_000,
}: SummariesOptions): Service {
  let trouble: string | undefined;

  const ask = async <N extends QueryName>(
    name: N,
    request: QueryRequest<N>,
  ): Promise<QueryResult<N>> => {
    const answer = await askTradeLog(bus, name, request, { timeoutMs: answerWithinMs });
    if (answer.status === 'ok') return answer.result;
    throw new TransientError(answer.error.code, answer.error.message);
  };

  /** What cannot be drawn is told without. */
  const pictureOf = async (portfolio: string): Promise<Buffer | undefined> => {
    try {
      const equity = await ask('equity', { portfolio });
      return equity.points.length < 2 ? undefined : await renderPng(equityChart(equity));
    } catch (err) {
      log.warn({ err, portfolio }, 'the equity is not drawn');
      return undefined;
    }
  };

  const summarise = async ({ fromMs, toMs }: DueSummary): Promise<Summarised[]> => {
    const { portfolios } = await ask('standing', {});
    return Promise.all(
      portfolios.map(async (standing) => {
        const { portfolio, tape } = standing;
        const span = tape === liveTape ? { from: toTime(fromMs), to: toTime(toMs) } : {};
        const period = tape === liveTape ? 'day' : 'month';
        const { periods } = await ask('profit', { portfolio, period, ...span, limit: 200 });
        return { standing, periods, picture: await pictureOf(portfolio) };
      }),
    );
  };

  const look = async (kind: SummaryKind): Promise<void> => {
    const due = lastDue(kind, times, nowMs() - loggedAfterMs);
    const bucket = await bus.bucket(bucketName);
    const kept = await bucket.get(kind);
    if (kept?.value === due.date) return;
    const isFirst = kept === undefined;
    const summarised = isFirst ? [] : await summarise(due);
    // Whoever writes it down tells it.
    const claimed = await bucket.update(kind, due.date, kept?.revision ?? 0);
    if (claimed === undefined || summarised.length === 0) return;
    for (const one of summarised) tell(summaryMessage(due, one));
  };

  const lookAtAll = async (): Promise<void> => {
    try {
      for (const kind of kinds) await look(kind);
      trouble = undefined;
    } catch (err) {
      const what = err instanceof Error ? err.message : String(err);
      if (what !== trouble) log.warn({ err }, 'a summary has to wait');
      trouble = what;
    }
  };

  const stopping$ = new ReplaySubject<void>(1);
  const looks$ = timer(0, lookEveryMs).pipe(exhaustMap(lookAtAll), takeUntil(stopping$));
  const finished = lastValueFrom(looks$, { defaultValue: undefined });
  const stop = async (): Promise<void> => {
    stopping$.next();
    await finished;
  };
  return { name: 'summaries', finished, stop, [Symbol.asyncDispose]: stop };
}
