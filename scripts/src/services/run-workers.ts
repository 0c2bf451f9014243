import { UserError } from '@heliograph/contracts';
import type { Logger, Service } from '@heliograph/contracts/service';
import type { Broker } from '@heliograph/execution';
import { atServer } from '../at-server.ts';
import type { BasePortfolioOptions } from '../options/execution-options.ts';
import type { BrokerOptions } from '../options/live-options.ts';
import { beat, openBus, type Surroundings } from './surroundings.ts';

/** Every base portfolio by so many workers. */
export async function runWorkers(
  surroundings: Surroundings,
  options: {
    readonly portfolios: readonly BasePortfolioOptions[];
    /** Their names, in each portfolio. */
    readonly workers: readonly string[];
    /** Whether settings that differ from a portfolio's own are to be changed there. Default: false. */
    readonly changeSettings?: boolean;
  },
): Promise<Service[]> {
  const services: Service[] = [];
  const { changeSettings = false } = options;
  for (const portfolio of options.portfolios)
    for (const worker of options.workers)
      services.push(await runExecution(surroundings, { ...portfolio, worker, changeSettings }));
  return services;
}

/**
 * Of portfolios side by side one that must not be traded leaves the others alone, for what they hold has to be looked after: it is
 * told, and its sign of life is missed. With the last one all of them cannot go on.
 */
export function sideBySide(services: readonly Service[], log: Logger): Service[] {
  let working = services.length;
  return services.map((service) => ({
    ...service,
    finished: service.finished.catch((err: unknown) => {
      working -= 1;
      if (working === 0 || !(err instanceof UserError)) throw err;
      log.error({ err }, 'a portfolio is not traded any more, the others are');
      return new Promise<never>(() => {});
    }),
  }));
}

async function runExecution(
  surroundings: Surroundings,
  options: BasePortfolioOptions & { readonly worker: string; readonly changeSettings: boolean },
): Promise<Service> {
  const { log, stack } = surroundings;
  // A shadow never reaches an exchange.
  const broker = options.settings.shadow ? undefined : surroundings.broker;
  const { startExecution } = await import('@heliograph/execution');
  const bus = await openBus(surroundings, `execution ${options.worker}`);
  const execution = stack.use(
    startExecution({
      bus,
      ...options,
      mode: broker ? 'live' : 'paper',
      ...(broker && { openBroker: () => openBroker(broker, log) }),
      log: log.child({ service: 'execution', worker: options.worker }),
    }),
  );
  const instance = `${options.portfolio}-${options.worker}`;
  beat(surroundings, bus, 'execution', { instance, finished: execution.finished });
  return execution;
}

/** The one place where an exchange for real orders is opened, and where its keys are shown to anybody. */
async function openBroker(
  { exchangeId, sandbox, marketType, venueStops, venueUrl, credentials }: BrokerOptions,
  log: Logger,
): Promise<Broker> {
  const { apiKey, secret, password } = credentials;
  const { openCcxtBroker } = await import('@heliograph/execution');
  return openCcxtBroker({
    exchangeId,
    sandbox,
    credentials: {
      apiKey: apiKey.reveal(),
      secret: secret.reveal(),
      ...(password && { password: password.reveal() }),
    },
    options: {
      marketType,
      venueStops,
      ...(venueUrl !== undefined && { redirect: (url: string) => atServer(venueUrl, url) }),
    },
    log,
  });
}
