import { z } from 'zod';
import {
  connectBare,
  floorConsumer,
  floorJournal,
  floorPartitions,
  floorSignals,
} from './bare-client.ts';

/**
 * The floor's worker, a process of its own. `append`: one consumer; each signal makes one message of so many bytes in
 * the floor's journal, published with an acknowledgement, then the signal is acknowledged. `ack`: a consumer for each
 * partition with one message in flight, as execution has them; each signal is only acknowledged, and standard output
 * tells how many were, and when the last one was.
 */
const Work = z.object({
  address: z.object({ url: z.string(), user: z.string(), password: z.string() }),
  task: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('append'), bytes: z.int() }),
    z.object({ kind: z.literal('ack') }),
  ]),
});
export type BareWork = z.infer<typeof Work>;

const reportEveryMs = 10;

const { address, task } = Work.parse(JSON.parse(process.env['BENCH_WORK'] ?? ''));
const { js } = await connectBare(address);
if (task.kind === 'append') await appendForEach(task.bytes);
else await ackEach();
process.stderr.write('ready\n');

async function appendForEach(bytes: number): Promise<void> {
  const body = 'x'.repeat(bytes);
  const consumer = await js.consumers.get(floorSignals, floorConsumer);
  await consumer.consume({
    callback: (message) => {
      const id = message.headers?.get('Nats-Msg-Id') ?? '';
      js.publish('floor_journal.intended', body, { msgID: id }).then(
        () => message.ack(),
        (error: unknown) => {
          process.stderr.write(`${floorJournal}: ${String(error)}\n`);
          process.exit(1);
        },
      );
    },
  });
}

async function ackEach(): Promise<void> {
  let acked = 0;
  let lastMs = 0;
  let reported = 0;
  for (let partition = 0; partition < floorPartitions; partition++) {
    const consumer = await js.consumers.get(floorSignals, `${floorConsumer}-p${partition}`);
    await consumer.consume({
      max_messages: 1,
      callback: (message) => {
        message.ack();
        acked++;
        lastMs = performance.timeOrigin + performance.now();
      },
    });
  }
  setInterval(() => {
    if (acked === reported) return;
    reported = acked;
    process.stdout.write(`${acked} ${lastMs}\n`);
  }, reportEveryMs);
}
