import { connectJetStreamBus, type Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import { readOptions, type Invocation } from '../invocation.ts';
import { NatsAddressText } from '../options/nats-address.ts';
import { readServerFile } from './server-file.ts';

const ControlOptions = z.object({
  nats: NatsAddressText.optional(),
  dataDir: z.string().min(1, 'expected a folder'),
});

/**
 * The bus of the workers that are meant.
 * @throws UserError when there is no server
 */
export async function openControl(invocation: Invocation): Promise<Bus> {
  const { nats, dataDir } = readOptions(invocation, ControlOptions);
  const address = nats ?? (await readServerFile(dataDir));
  return connectJetStreamBus({ ...address, name: 'heliograph control', provision: false });
}
