import { describeBus } from '../testing/bus-contract/describe-bus.ts';
import { startTestNats } from '../testing/test-nats.ts';

describeBus('JetStream bus', async (defaults) => {
  const server = await startTestNats();
  return {
    connect: (settings) => server.connect({ ...defaults, ...settings }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
