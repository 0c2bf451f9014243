import type { Bus } from '../../bus/bus.ts';

/** A server with empty streams, on which each `connect` is a participant of its own. */
export interface BusServer extends AsyncDisposable {
  connect(options?: BusSettings): Promise<Bus>;
}

export interface BusSettings {
  readonly ackWaitMs?: number;
  readonly maxDeliver?: number;
  readonly drainTimeoutMs?: number;
}

export type OpenBus = () => Promise<BusServer>;

/** Of every bus that is tested, where a test does not want others: short, for tests wait for them. */
export const settings: Required<BusSettings> = {
  ackWaitMs: 400,
  maxDeliver: 3,
  drainTimeoutMs: 300,
};

/** Where the bus has to hear from a test in time: a busy machine lets nobody speak for a second or two. */
export const patient: Required<BusSettings> = { ...settings, ackWaitMs: 4_000 };
