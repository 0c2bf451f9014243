import { hostname } from 'node:os';
import { connectJetStreamBus, type Bus } from '@heliograph/contracts/bus';
import { startHeartbeat, type Logger, type Service } from '@heliograph/contracts/service';
import type { RunFacts } from '@heliograph/trade-log';
import type { BrokerOptions } from '../options/live-options.ts';
import type { NatsAddress } from '../options/nats-address.ts';
import type { RecentLog } from '../output/recent-log.ts';

/**
 * What every service of a process is given. The files beside this one run a service each, and load its code only then: most
 * processes run one of them.
 */
export interface Surroundings {
  readonly address: NatsAddress;
  readonly log: Logger;
  /** Its last lines. */
  readonly recent: RecentLog;
  /** Into how many parts the signals are divided, where the streams are made. */
  readonly partitions: number;
  /** What the trade log notes of this process. */
  readonly facts?: RunFacts | undefined;
  /** The account for real orders; without it everything is on paper. */
  readonly broker?: BrokerOptions | undefined;
  /** Everything that is opened goes on it at once; services stop in the reverse of the order of their start. */
  readonly stack: AsyncDisposableStack;
}

export async function openBus(
  surroundings: Surroundings,
  name: string,
  options: { readonly maxDeliver?: number } = {},
): Promise<Bus> {
  const { address, partitions, log, stack } = surroundings;
  return stack.use(
    await connectJetStreamBus({
      ...address,
      ...options,
      partitions,
      name: `heliograph ${name}`,
      onDrift: (text) => log.warn({ difference: text }, 'a stream is not as it should be'),
      onConnection: (state) =>
        state === 'lost'
          ? log.warn({ bus: name }, 'NATS is lost, trying to reach it again')
          : log.warn({ bus: name }, 'NATS is back'),
    }),
  );
}

/** Says that a service of this process is alive for as long as it runs, or until `finished` rejects. */
export function beat(
  { stack }: Surroundings,
  bus: Bus,
  service: string,
  { instance = hostname(), finished }: { instance?: string; finished?: Promise<unknown> } = {},
): void {
  stack.use(
    startHeartbeat({
      bus,
      service,
      instance: instance.replaceAll(/[^A-Za-z0-9_-]/g, '-'),
      ...(finished && { finished }),
    }),
  );
}

/** Rejects when one of the services cannot go on; never resolves. */
export function firstFailure(services: readonly Service[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const { finished } of services) finished.catch(reject);
  });
}
