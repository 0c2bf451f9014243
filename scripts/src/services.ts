import { hostname } from 'node:os';
import { Writable } from 'node:stream';
import { canonicalJson } from '@heliograph/contracts';
import { connectJetStreamBus, type Bus } from '@heliograph/contracts/bus';
import { startHeartbeat, type Logger, type Service } from '@heliograph/contracts/service';
import type { Broker } from '@heliograph/execution';
import type { AlertRoute, Heartbeats, Message, Notifier, Sink } from '@heliograph/notifier';
import type {
  AlertWebhook,
  AlertWebhookOptions,
  ConfiguredStrategy,
  SignalEngine,
} from '@heliograph/signal-engine';
import type { RunFacts, TradeLog } from '@heliograph/trade-log';
import { atServer } from './at-server.ts';
import type { Env } from './env.ts';
import type { BesidesAlerts, TelegramCommands } from './notifier-options.ts';
import type { Invocation } from './invocation.ts';
import type { BasePortfolioOptions } from './execution-options.ts';
import type { BrokerOptions } from './live-options.ts';
import type { Market } from './market.ts';
import type { NatsAddress } from './nats-address.ts';
import type { RecentLog } from './output/recent-log.ts';
import { programVersion } from './program-version.ts';

// The code of a service is loaded when it is run: most processes run one of them.

/** What every service of a process is given. */
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

/** Says that a service of this process is alive for as long as it runs. */
function beat({ stack }: Surroundings, bus: Bus, service: string, instance = hostname()): void {
  stack.use(
    startHeartbeat({ bus, service, instance: instance.replaceAll(/[^A-Za-z0-9_-]/g, '-') }),
  );
}

export async function runTradeLog(surroundings: Surroundings, path: string): Promise<TradeLog> {
  const { log, stack, facts } = surroundings;
  const { openDatabase, startLogQueries, startTradeLog, tradeLogMaxDeliver } =
    await import('@heliograph/trade-log');
  const database = stack.adopt(openDatabase(path), (open) => {
    open.close();
  });
  const bus = await openBus(surroundings, 'trade-log', { maxDeliver: tradeLogMaxDeliver });
  const logger = log.child({ service: 'trade-log' });
  stack.use(startLogQueries({ bus, database, log: logger }));
  const tradeLog = stack.use(
    startTradeLog({
      bus,
      database,
      log: logger,
      run: facts && { ...facts, natsVersion: bus.serverVersion },
    }),
  );
  beat(surroundings, bus, 'trade-log');
  return tradeLog;
}

export async function runNotifier(
  surroundings: Surroundings,
  {
    routes,
    telegram,
    health,
    summaries,
    locale,
  }: BesidesAlerts & { readonly routes: readonly [AlertRoute, ...AlertRoute[]] },
): Promise<Notifier> {
  const { log, stack } = surroundings;
  const {
    forgottenMessage,
    heartbeatMessage,
    notifierMaxDeliver,
    startRoutes,
    startSummaries,
    watchHealth,
    watchHeartbeats,
    writeNumbersAs,
  } = await import('@heliograph/notifier');
  writeNumbersAs(locale);
  const bus = await openBus(surroundings, 'notifier', { maxDeliver: notifierMaxDeliver });
  const logger = log.child({ service: 'notifier' });
  const notifier = stack.use(startRoutes(routes, { bus, log: logger }));
  const heartbeats = stack.use(
    watchHeartbeats({
      bus,
      log: logger,
      onChange: (heartbeat) =>
        void notifier.tell(heartbeatMessage(heartbeat, Date.now()), 'service'),
      onForgotten: (heartbeat) =>
        void notifier.tell(forgottenMessage(heartbeat, Date.now()), 'service'),
    }),
  );
  const { url } = stack.use(
    await watchHealth(health, {
      untold: () => notifier.untold(),
      told: () => notifier.alerts(),
      heartbeats: () => heartbeats.all(),
      log: logger,
    }),
  );
  if (url !== undefined) logger.info({ url }, 'it can be asked for its health');
  beat(surroundings, bus, 'notifier');
  const tell = (message: Message): void => void notifier.tell(message, 'summary');
  if (summaries) stack.use(startSummaries({ bus, times: summaries, tell, log: logger }));
  if (telegram) await runBot(surroundings, { ...telegram, heartbeats });
  return notifier;
}

async function runBot(
  surroundings: Surroundings,
  {
    heartbeats,
    access,
    botName,
    webhook,
    ...client
  }: TelegramCommands & { heartbeats: Heartbeats },
): Promise<void> {
  const { log, stack, recent } = surroundings;
  const { createTelegramClient, startTelegramBot } = await import('@heliograph/notifier');
  const { controlOf } = await import('./control/control-of.ts');
  const bus = await openBus(surroundings, 'telegram-bot');
  stack.use(
    startTelegramBot({
      bus,
      client: createTelegramClient(client),
      access,
      botName,
      webhook,
      control: controlOf({
        bus,
        heartbeats: () => heartbeats.all(),
        logs: (count) => recent.lines(count),
        version: programVersion(),
      }),
      log: log.child({ service: 'telegram-bot' }),
    }),
  );
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
  beat(surroundings, bus, 'execution', `${options.portfolio}-${options.worker}`);
  return execution;
}

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
    nowMs: Date.now,
  });
}

export async function runSignalEngine(
  surroundings: Surroundings,
  options: {
    market: Market;
    strategy: ConfiguredStrategy;
    /** Those that trade its signals, the main one first. */
    portfolios: readonly [BasePortfolioOptions, ...BasePortfolioOptions[]];
    instance: string;
  },
): Promise<SignalEngine> {
  const { market, portfolios, strategy, instance } = options;
  const [main, ...others] = portfolios;
  const { stack } = surroundings;
  const { startLiveEngine, startSignalEngine } = await import('@heliograph/signal-engine');
  const bus = await openBus(surroundings, 'signal-engine');
  const log = surroundings.log.child({ service: 'signal-engine' });
  const common = { bus, strategy, instance, basePortfolio: main.portfolio, log };
  const engine = stack.use(
    await (market.kind === 'live'
      ? startLiveEngine({ ...common, ...market })
      : startSignalEngine({
          ...common,
          ...market,
          otherPortfolios: others.map(({ portfolio }) => portfolio),
          // Other settings make another run, with portfolios of its own.
          salt: canonicalJson(others.length === 0 ? main : portfolios),
        })),
  );
  beat(surroundings, bus, 'signal-engine');
  return engine;
}

export async function runWebhook(
  surroundings: Surroundings,
  options: Omit<AlertWebhookOptions, 'bus' | 'log'>,
): Promise<AlertWebhook> {
  const { log, stack } = surroundings;
  const { startAlertWebhook } = await import('@heliograph/signal-engine');
  const bus = await openBus(surroundings, 'webhook');
  const webhook = stack.use(
    await startAlertWebhook({ bus, ...options, log: log.child({ service: 'webhook' }) }),
  );
  beat(surroundings, bus, 'webhook');
  return webhook;
}

/** Telegram where a token and a chat are set, otherwise a line of text for each alert; or where `--alerts` says. */
export async function alertRoutes(
  invocation: Invocation,
  env: Env,
  { write, colour }: { write: (line: string) => void; colour: boolean },
): Promise<readonly [AlertRoute, ...AlertRoute[]]> {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId, TELEGRAM_API_ROOT: apiRoot } = env;
  const { createTelegramSink, createTerminalSink } = await import('@heliograph/notifier');
  const { readAlertRoutes } = await import('./alerts-file.ts');
  const terminal = (): Sink => {
    const stream = new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        write(text.trimEnd());
        done();
      },
    });
    return createTerminalSink({ stream, colour });
  };
  const usual = (): Sink =>
    token !== undefined && chatId !== undefined
      ? createTelegramSink({ token, chatId, ...(apiRoot !== undefined && { apiRoot }) })
      : terminal();
  return readAlertRoutes(invocation, env, { usual, terminal });
}

/** Rejects when one of the services cannot go on; never resolves. */
export function firstFailure(services: readonly Service[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const { finished } of services) finished.catch(reject);
  });
}
