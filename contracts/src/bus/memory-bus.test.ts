import { describeBus } from '../testing/bus-contract/describe-bus.ts';
import { createMemoryServer } from './memory-server.ts';

describeBus('memory bus', async (defaults) => {
  const store = createMemoryServer(defaults);
  return {
    connect: async (settings) => store.connect(settings),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
