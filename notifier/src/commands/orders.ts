import { UserError } from '@heliograph/contracts';
import { amount } from '../messages/numbers.ts';
import { bold, code, line, type Line } from '../messages/text.ts';
import { moment } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';
import { portfolioNames } from './portfolios.ts';
import { orderIdFrom, symbolFrom } from './words.ts';

const open = ['intended', 'accepted', 'triggered', 'partially_filled', 'unknown'] as const;

export const orders: TellingCommand = {
  name: 'orders',
  kind: 'tells',
  description: 'Open orders',
  usage: '[BTC/USDT] [@portfolio]',
  async run(context, [word]) {
    const symbol = symbolFrom(word);
    const lines: Line[] = [];
    for (const portfolio of await portfolioNames(context)) {
      const { orders: found } = await context.ask('orders', {
        portfolio,
        status: [...open],
        ...(symbol && { symbol }),
      });
      if (found.length > 0) lines.push(line`${bold(portfolio)}`);
      for (const order of found) {
        const price = order.limitPrice ?? order.stopPrice;
        lines.push(
          line`${order.symbol} ${order.side} ${order.role.replaceAll('_', ' ')}, ${order.orderType.replaceAll('_', ' ')}${price === null ? '' : ` at ${amount(price)}`}: ${order.status.replaceAll('_', ' ')}`,
          line`${code(order.orderId)}`,
        );
      }
    }
    if (lines.length === 0) throw new UserError('no order is open');
    return { emoji: '📑', title: 'Open orders', lines, canRefresh: true };
  },
};

export const order: TellingCommand = {
  name: 'order',
  kind: 'tells',
  description: 'Everything about one order',
  usage: 'ID [@portfolio]',
  async run(context, [word]) {
    const orderId = orderIdFrom(word);
    for (const portfolio of await portfolioNames(context)) {
      const { order: found } = await context.ask('order', { portfolio, orderId });
      if (!found) continue;
      const price = found.limitPrice ?? found.stopPrice;
      return {
        emoji: '🧾',
        title: `${found.side} ${found.symbol}, ${found.status.replaceAll('_', ' ')}`,
        lines: [
          line`${found.role.replaceAll('_', ' ')} of ${found.strategy} in ${portfolio}, ${found.orderType.replaceAll('_', ' ')}${price === null ? '' : ` at ${amount(price)}`}`,
          line`Intended ${moment(found.time)}, ${found.status.replaceAll('_', ' ')} ${moment(found.statusTime)}`,
          line`Filled ${code(amount(found.filledQuantity))}, attempt ${String(found.attempt)}`,
          ...(found.reason === null ? [] : [line`${code(found.reason)}: ${found.detail ?? ''}`]),
          line`Signal ${code(found.signalId)}`,
          line`At ${found.venue}: ${code(found.venueOrderId ?? 'not known there')}`,
        ],
        canRefresh: true,
      };
    }
    throw new UserError(`there is no order ${orderId}`);
  },
};
