import { toMs, type TradeSignal } from '@heliograph/contracts';
import { draftOf, type DraftOf } from '../../decision/state/draft.ts';
import { manualStrategy } from '../../decision/settle.ts';
import { placementWindowMs, type LivedHistory, type LiveHistory } from '../live-history.ts';
import type { Report } from './report.ts';

/** How long an answer, or a message, may be on its way. */
const slackMs = 1_000;

/** Nothing goes out too late, nor after a halt has come to be known. */
export function checkSending(
  { instants, settings }: LiveHistory,
  { journal, sent, venue }: LivedHistory,
  report: Report,
): void {
  const signals = new Map<string, TradeSignal>(
    instants.flatMap((instant) => instant.signals.map((signal) => [signal.id, signal])),
  );
  const intended = new Map<string, DraftOf<'order_intended'>>();
  const ended = new Map<string, number>();
  const halts: { fromMs: number; toMs: number }[] = [];
  for (const recorded of journal) {
    const event = draftOf(recorded);
    const atMs = toMs(recorded.recordedtime);
    if (event.type === 'order_intended') intended.set(event.data.orderId, event);
    if (event.type === 'order_cancelled' || event.type === 'order_rejected')
      ended.set(event.data.orderId, atMs);
    if (event.type !== 'trading_state_changed') continue;
    const open = halts.at(-1);
    if (open?.toMs === Infinity) open.toMs = atMs;
    if (event.data.to === 'HALTED') halts.push({ fromMs: atMs, toMs: Infinity });
  }
  for (const { request, atMs } of sent) {
    const order = intended.get(request.id);
    if (!order) {
      report(`${request.id} was sent but never intended`);
      continue;
    }
    if (order.data.role !== undefined) continue;
    const signal = signals.get(order.data.signalId);
    const graceMs = order.data.reduceOnly ? (settings.exitGraceMs ?? 0) : 0;
    if (signal && atMs >= toMs(signal.expirytime) + graceMs)
      report(`${request.id} was sent ${atMs - toMs(signal.expirytime)} ms after its expiry`);
    const endedMs = ended.get(request.id);
    if (endedMs !== undefined && atMs > endedMs + slackMs)
      report(`${request.id} was sent ${atMs - endedMs} ms after its end was journalled`);
  }
  for (const { id, takenMs } of venue.taken) {
    const order = intended.get(id);
    if (!order || order.data.role !== undefined || order.data.strategy === manualStrategy) continue;
    const halt = halts.find(({ fromMs, toMs: untilMs }) => takenMs > fromMs && takenMs < untilMs);
    if (halt && takenMs > halt.fromMs + placementWindowMs)
      report(`${id} arrived ${takenMs - halt.fromMs} ms after the halt`);
  }
  for (const order of intended.values())
    if (order.timeMs > Date.now()) report(`${order.data.orderId} comes from the future`);
}
