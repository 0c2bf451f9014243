import type { AlertRoute, Heartbeats, Message, Notifier } from '@heliograph/notifier';
import type { BesidesAlerts, TelegramCommands } from '../options/notifier-options.ts';
import { programVersion } from '../program-version.ts';
import { beat, openBus, type Surroundings } from './surroundings.ts';

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
  const { controlOf } = await import('../control/control-of.ts');
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
