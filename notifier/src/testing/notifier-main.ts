import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { notifierMaxDeliver, startNotifier } from '../notifier.ts';
import { createTelegramSink } from '../sinks/telegram-sink.ts';

// A notifier as a process of its own, for those who kill it.
const [servers = '', user = '', password = '', apiRoot = '', token = '', chatId = ''] =
  process.argv.slice(2);
const bus = await connectJetStreamBus({
  servers,
  credentials: { user, password },
  name: 'notifier',
  maxDeliver: notifierMaxDeliver,
});
const notifier = startNotifier({
  bus,
  sink: createTelegramSink({
    apiRoot,
    token,
    chatId: Number(chatId),
    // Ten times Telegram's own, so that it has as much to do as in a minute.
    limits: [{ count: 1, windowMs: 100 }],
  }),
  log: createLogger({ name: 'notifier' }),
  retryDelays: { minMs: 50, maxMs: 500 },
});
await notifier.finished;
