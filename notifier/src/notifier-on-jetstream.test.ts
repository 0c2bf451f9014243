import { expect, test } from 'vitest';
import { subjects } from '@heliograph/contracts';
import {
  connectJetStreamBus,
  startNatsServer,
  type Bus,
  type NatsServer,
} from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { eventually, temporaryFolder } from '@heliograph/contracts/testing';
import { startNotifier } from './notifier.ts';
import { createTelegramSink } from './sinks/telegram-sink.ts';
import { aSample } from './testing/samples.ts';
import { startTelegramDouble } from './testing/telegram-double/telegram-double.ts';

function startServer(storeDir: string, like?: NatsServer): Promise<NatsServer> {
  const same = like && {
    port: like.port,
    credentials: { user: like.user, password: like.password },
  };
  return startNatsServer({ storeDir, path: process.env['PATH'], ...same });
}

async function publishSkips(bus: Bus, from: number, to: number): Promise<void> {
  const subject = subjects.journal('paper', 'signal_skipped');
  for (let n = from; n <= to; n++) {
    const event = aSample('signal_skipped', { detail: `skip ${n}` });
    await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  }
}

test('over a server that is killed and started again, each alert is told once and in order', async () => {
  await using folder = await temporaryFolder();
  await using telegram = await startTelegramDouble();
  await using first = await startServer(folder.path);
  await using bus = await connectJetStreamBus({
    servers: first.url,
    name: 'test',
    credentials: { user: first.user, password: first.password },
    ackWaitMs: 1_000,
    drainTimeoutMs: 200,
  });
  await using notifier = startNotifier({
    bus,
    sink: createTelegramSink({ ...telegram, limits: [] }),
    log: createSilentLogger(),
  });
  const told = (): number[] =>
    telegram.received.flatMap(({ text }) =>
      [...text.matchAll(/skip (\d+)/g)].map(([, number]) => Number(number)),
    );
  await publishSkips(bus, 1, 50);
  await eventually(() => expect(told().length).toBeGreaterThan(20));
  process.kill(first.pid, 'SIGKILL');
  await first.stop();

  await using _second = await startServer(folder.path, first);
  await publishSkips(bus, 51, 60);
  await eventually(() => expect(told().length).toBe(60));
  await notifier.caughtUp();
  expect(told()).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(notifier.alerts()).toBe(60);
});
