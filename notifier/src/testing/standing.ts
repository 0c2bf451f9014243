const settings = {
  cash: '1000',
  stake: { kind: 'quote', value: '100' },
  feeBps: '10',
  slippageBps: '0',
  lotSize: '0.0001',
  risk: {},
};
const time = '2026-01-05T00:00:00.000Z';
/** A paper portfolio that holds something, as the trade log answers. */
export const standing = {
  portfolio: 'money',
  mode: 'paper',
  tape: 'live',
  currency: 'USDT',
  openedTime: time,
  endedTime: null,
  cash: '900',
  equity: '1010.5',
  equityFrom: 'valued',
  equityTime: time,
  tradingState: 'ACTIVE',
  stateReason: null,
  stateAuthor: null,
  stateTime: null,
  openPositions: 1,
  maxPositions: 3,
  openOrders: 2,
  settings,
  incidents: [],
  lastEventTime: time,
};
