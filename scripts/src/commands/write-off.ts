import {
  decimalOf,
  liveTape,
  PositiveDecimal,
  UserError,
  type SymbolName,
} from '@heliograph/contracts';
import { isTooLittle, listPortfolios } from '@heliograph/execution';
import { z } from 'zod';
import {
  closePositions,
  closingsOf,
  type Closed,
  type Closing,
} from '../control/close-positions.ts';
import { controlOptions } from '../control/control-options.ts';
import { openControl } from '../control/open-control.ts';
import { instrumentOf, readView } from '../control/portfolio-view.ts';
import { readSymbols } from '../control/read-symbols.ts';
import { selectPortfolios } from '../control/select-portfolios.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { amount } from '../output/format.ts';

const WriteOffOptions = z.object({
  ...controlOptions,
  price: PositiveDecimal.optional(),
});

/**
 * Takes out of the books what the venue does not have, or takes no order of, by a signal of a person. A worker asks the venue
 * before it does, and writes off no more than is missing.
 */
export async function writeOff(invocation: Invocation): Promise<ExitCode> {
  const { portfolio, reason, author, wait, price } = readOptions(invocation, WriteOffOptions);
  const [symbol, ...others] = readSymbols('write-off', invocation.words);
  if (!symbol || others.length > 0)
    throw new UserError('write-off: name one symbol, such as BTC/USDT', { exitCode: 2 });
  if (reason === undefined)
    throw new UserError('--reason: say where it went; it is kept in the journal', { exitCode: 2 });
  await using bus = await openControl(invocation);
  const { open } = selectPortfolios(await listPortfolios(bus), portfolio);
  const live = open.filter(({ tape }) => tape === liveTape);
  const views = await Promise.all(live.map((listed) => readView(bus, listed)));
  const meant = closingsOf(views).filter(({ position }) => position.symbol === symbol);
  if (meant.length === 0)
    throw new UserError(`write-off: ${portfolio} holds no ${symbol}`, { exitCode: 2 });
  for (const closing of meant) refuseWhatIsThere(closing, price);
  const told = await closePositions(bus, meant, {
    reason: `written off by ${author}: ${reason}`,
    waitMs: wait,
    writeOff: { price },
  });
  const { terminal, json } = invocation;
  terminal.data(json ? JSON.stringify({ writtenOff: told }) : told.map(sentence).join('\n'));
  return told.every(({ status }) => status === 'filled') ? exitCodes.ok : exitCodes.findings;
}

/** The worker asks the venue again; whoever is mistaken hears it at once. */
function refuseWhatIsThere(
  { held: { name, portfolio, view }, position }: Closing,
  price = view.prices.get(instrumentOf(position)) ?? '0',
): void {
  const { symbol } = position;
  if (portfolio.opened?.mode !== 'live')
    throw new UserError(
      `write-off: ${name} trades on paper, where the account has all that is held; close it instead`,
      { exitCode: 2 },
    );
  const known = [...portfolio.positions.values()].find(
    (each) => each.symbol === symbol && each.venue === position.venue,
  );
  const isLeftOver = known !== undefined && isTooLittle(portfolio, known, decimalOf(price));
  if (!isLeftOver && !isMissing(symbol, view.reconciled?.differences ?? []))
    throw new UserError(
      `write-off: the last comparison of ${name} with its venue found nothing of ${symbol} missing, and what is held is not too little to be sold: close it instead`,
      { exitCode: 2 },
    );
}

function isMissing(
  symbol: SymbolName,
  differences: readonly { kind?: string | undefined; symbol?: SymbolName | undefined }[],
): boolean {
  return differences.some(
    (each) => each.symbol === symbol && (each.kind === 'position' || each.kind === 'balance'),
  );
}

function sentence({ portfolio, symbol, status, reason, detail, left, ...what }: Closed): string {
  const { filledQuantity = '0', price = '0' } = what;
  if (status === 'filled')
    return `${portfolio}: ${amount(filledQuantity)} of ${symbol} are written off at ${amount(price)}; ${amount(left)} are held.`;
  if (status === 'undecided')
    return `${portfolio}: no worker has answered; the first one that does writes off ${symbol}, within the hour.`;
  const why = [reason, detail].filter((said) => said !== undefined).join(', ');
  return `${portfolio}: nothing of ${symbol} is written off: ${status}${why === '' ? '' : ` (${why})`}.`;
}
