import type { TradeLog } from '@heliograph/trade-log';
import { beat, openBus, type Surroundings } from './surroundings.ts';

export async function runTradeLog(surroundings: Surroundings, path: string): Promise<TradeLog> {
  const { log, stack, facts } = surroundings;
  const { openDatabase, startLogQueries, startTradeLog, tradeLogMaxDeliver, whenFree } =
    await import('@heliograph/trade-log');
  const database = stack.adopt(await whenFree(() => openDatabase(path)), (open) => {
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
