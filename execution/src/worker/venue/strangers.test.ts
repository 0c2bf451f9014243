import { OrderId } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { aClock } from '../../testing/clocks.ts';
import { createJournal } from '../journal.ts';
import { createStrangers } from './strangers.ts';

const ofSibling = OrderId.parse(`h${'a2'.repeat(13)}`);
const log = createSilentLogger();
const marketSequence = () => undefined;
const ofNobody = OrderId.parse(`h${'b3'.repeat(13)}`);

test.each([3_600_000, 0, -3_600_000])(
  'an order of another portfolio is no stranger, whatever the wall clock does (%i)',
  async (jumpMs) => {
    const clock = aClock();
    const { nowMs } = clock;
    await using bus = createMemoryServer({ nowMs, drainTimeoutMs: 1 }).connect();
    const subject = 'trading.sibling.order_intended';
    await bus.publish({ subject, id: 'one', body: JSON.stringify({ orderId: ofSibling }) });
    const journal = createJournal({ bus, name: 'paper', source: 'x', nowMs, marketSequence, log });
    await journal.catchUp();
    await journal.tryWrite(aPortfolio().events);
    const strangers = createStrangers({ bus, journal, clock });
    clock.pass(10_000);
    clock.jump(jumpMs);
    for (const id of [ofSibling, ofNobody]) await strangers.look(id);
    expect([...journal.state.strangers]).toEqual([ofNobody]);
  },
);
