import { portfolioFor, type PortfolioSettings } from '@heliograph/contracts';
import type { StartedRun } from '@heliograph/notifier';
import type { ConfiguredStrategy, SignalEngine } from '@heliograph/signal-engine';
import { keptState, type TradingStates } from './control/trading-state.ts';
import type { BasePortfolioOptions } from './options/execution-options.ts';
import { isSimulated } from './simulated-market.ts';
import type { Market } from './market.ts';
import { count, minute, money, percent } from './output/format.ts';
import type { Terminal } from './output/terminal.ts';

export interface Introduced {
  readonly market: Market;
  readonly strategy: ConfiguredStrategy;
  readonly portfolios: readonly BasePortfolioOptions[];
  readonly engine: SignalEngine;
  readonly states: TradingStates;
  /** Where the messages go. */
  readonly messages: string;
  readonly db: string;
  /** Where the alerts go. */
  readonly alerts: string;
}

/** Says what runs, and how to run it on something else. */
export function introduce(terminal: Terminal, it: Introduced): void {
  const heading = terminal.style('bold', 'Heliograph trades on paper: no real order is ever sent.');
  const facts = [
    ['Feed', feedText(it)],
    ['Strategy', strategyText(it.strategy)],
    ...it.portfolios.map(({ portfolio, settings }) => [
      'Portfolio',
      `${portfolioFor(portfolio, it.engine.tape)}: ${settingsText(settings)}`,
    ]),
    ...stateFacts(it),
    ['Messages', it.messages],
    ['Trade log', it.db],
    ['Alerts', it.alerts],
  ].map(([label = '', text]) => `  ${terminal.style('cyan', label.padEnd(10))}${text}`);
  const help = [
    'Your own candles: --feed FILE.csv (timestamp,open,high,low,close,volume) --symbol BTC/USDT --timeframe 1m. A market: --feed ccxt:binance:BTC/USDT,ETH/USDT:1m',
    'Telegram: set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID. Ctrl-C stops; the next start goes on from there. More: heliograph --help',
  ].map((line) => terminal.style('dim', line));
  terminal.note([heading, ...facts, '', ...help, ''].join('\n'));
}

/** The same in short, for those who are told elsewhere. */
export function startedRun(
  { strategy, market }: Pick<Introduced, 'strategy' | 'market'>,
  runs: readonly { readonly name: string; readonly settings: PortfolioSettings }[],
): Omit<StartedRun, 'version'> {
  const { instruments } = market.feed;
  const names = namesOf(market);
  const currency = instruments[0]?.symbol.split(/[/:]/)[1] ?? '';
  return {
    mode: 'paper',
    facts: [
      ['Strategy', strategyText(strategy)],
      ['Feed', `${market.kind === 'live' ? 'live: ' : ''}${names.join(', ')}`],
    ],
    portfolios: runs.map(({ name, settings }) => ({ name, settings, currency })),
  };
}

/** Whoever has forgotten a halt must not wonder why nothing is traded. */
function stateFacts({ portfolios, engine: { tape }, states }: Introduced): string[][] {
  return portfolios.flatMap(({ portfolio }) => {
    const kept = keptState(states, { name: portfolioFor(portfolio, tape), tape });
    if (!kept || kept.state === 'ACTIVE') return [];
    const since = minute(Date.parse(kept.time));
    const way = `heliograph resume --portfolio ${portfolio} --reason …`;
    const { state, author, reason } = kept;
    return [
      [
        'Trading',
        `${portfolio} is ${state} since ${since} UTC by ${author} (${reason}); \`${way}\` lifts it`,
      ],
    ];
  });
}

function feedText({ market, engine }: Introduced): string {
  const names = namesOf(market);
  if (market.kind === 'live') return `${market.feed.name}: ${names.join(', ')}, as it happens`;
  const { contents, speed } = market;
  const { candles, firstTime, lastTime } = contents;
  const pace =
    speed === 'max' ? 'as fast as it goes' : `${count(Math.round(speed))} times real time`;
  const goesOn = engine.resumed ? ', going on where it was stopped' : '';
  return `${names.join(', ')}: ${count(candles)} candles, ${minute(firstTime)} to ${minute(lastTime)} UTC, ${pace}${goesOn}`;
}

/** A market that is made up says so with each of its symbols. */
function namesOf({ feed }: Market): string[] {
  const label = isSimulated(feed) ? ' (simulated)' : '';
  return feed.instruments.map(({ symbol, timeframe }) => `${symbol} ${timeframe}${label}`);
}

function strategyText({ name, version, params }: ConfiguredStrategy): string {
  const texts = Object.entries(params).map(([key, value]) => `${key} ${String(value)}`);
  return `${name} ${version}${texts.length === 0 ? '' : ` (${texts.join(', ')})`}`;
}

function settingsText(settings: PortfolioSettings): string {
  const { cash, feeBps, slippageBps, risk } = settings;
  const limit =
    risk.maxPositions === undefined
      ? 'no limit'
      : `at most ${risk.maxPositions} ${risk.maxPositions === 1 ? 'position' : 'positions'}`;
  return `${money(cash)} at the start, ${entryText(settings)} an entry, fee ${feeBps} bps, slippage ${slippageBps} bps, ${limit}`;
}

function entryText({ stake }: PortfolioSettings): string {
  switch (stake.kind) {
    case 'all':
      return 'everything';
    case 'quote':
      return stake.value;
    case 'base':
      return `${stake.value} units`;
    case 'equityRatio':
      return `${percent(stake.value)} of equity`;
    case 'riskRatio':
      return `${percent(stake.value)} of equity at risk`;
  }
}
