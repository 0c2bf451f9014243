import type { AlertWebhook, AlertWebhookOptions } from '@heliograph/signal-engine';
import { beat, openBus, type Surroundings } from './surroundings.ts';

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
