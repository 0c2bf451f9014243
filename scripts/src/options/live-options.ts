import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import type { Env } from './env.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { secretOf } from './secret-of.ts';
import type { Secret } from './secret.ts';

/** The exchange account that workers trade with real orders. */
export interface BrokerOptions {
  /** As the exchange library calls it, e.g. `binance`. */
  readonly exchangeId: string;
  /** Its test network. */
  readonly sandbox: boolean;
  readonly marketType: 'spot' | 'swap' | 'future';
  /** Whether stop orders are left to the exchange. */
  readonly venueStops: boolean;
  /** Another server that speaks the exchange's protocol, e.g. a double of it. */
  readonly venueUrl?: string;
  readonly credentials: {
    readonly apiKey: Secret;
    readonly secret: Secret;
    /** Where an exchange wants one. */
    readonly password?: Secret;
  };
}

const LiveOptions = z.object({
  mode: z.enum(['paper', 'live']),
  venueId: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,31}$/, 'expected an exchange such as binance, in small letters')
    .optional(),
  sandbox: z.boolean().default(false),
  marketType: z.enum(['spot', 'swap', 'future']).default('spot'),
  venueStops: z.boolean().default(false),
});

/**
 * The account for `--mode live`; undefined where all is on paper.
 * @throws UserError when live trading is half asked for, or asked for without an exchange or keys
 */
export function readBrokerOptions(invocation: Invocation, env: Env): BrokerOptions | undefined {
  const { mode, venueId, sandbox, ...rest } = readOptions(invocation, LiveOptions);
  if (mode === 'paper') {
    if (venueId === undefined && !sandbox) return undefined;
    const flag = venueId === undefined ? '--sandbox' : '--venue-id';
    throw new UserError(`${flag} is for live trading, which only an explicit --mode live begins`);
  }
  if (venueId === undefined)
    throw new UserError('--mode live: name the exchange, e.g. --venue-id binance');
  const apiKey = secretOf(env, 'HELIOGRAPH_API_KEY');
  const secret = secretOf(env, 'HELIOGRAPH_API_SECRET');
  if (!apiKey || !secret)
    throw new UserError(
      '--mode live: set HELIOGRAPH_API_KEY and HELIOGRAPH_API_SECRET, or name files that hold them in HELIOGRAPH_API_KEY_FILE and HELIOGRAPH_API_SECRET_FILE',
    );
  const password = secretOf(env, 'HELIOGRAPH_API_PASSPHRASE');
  const venueUrl = env.HELIOGRAPH_VENUE_URL;
  return {
    exchangeId: venueId,
    sandbox,
    ...rest,
    ...(venueUrl !== undefined && { venueUrl }),
    credentials: { apiKey, secret, ...(password && { password }) },
  };
}
