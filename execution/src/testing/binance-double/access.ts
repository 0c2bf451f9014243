import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';
import type { Parameters } from './parameters.ts';

export interface ApiKey {
  readonly apiKey: string;
  readonly secret: string;
  /** Default: it may trade. */
  readonly readOnly?: boolean;
}

const unauthorised = () =>
  new ApiError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);

/** The key that a request names. */
export function keyOf(
  keys: readonly ApiKey[],
  apiKey: string | undefined,
  { trades }: { trades: boolean },
): ApiKey {
  if (apiKey === undefined || !/^[A-Za-z0-9]{8,128}$/.test(apiKey))
    throw new ApiError(-2014, 'API-key format invalid.', 401);
  const key = keys.find((each) => each.apiKey === apiKey);
  if (!key || (trades && key.readOnly)) throw unauthorised();
  return key;
}

export function checkSignature(key: ApiKey, payload: string, signature: string | undefined): void {
  if (signature === undefined)
    throw new ApiError(
      -1102,
      "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    );
  const expected = Buffer.from(createHmac('sha256', key.secret).update(payload).digest('hex'));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ApiError(-1022, 'Signature for this request is not valid.');
}

/** A request counts for its window only, by the venue's clock. */
export function checkTime(parameters: Parameters, nowMs: number): void {
  parameters.required('timestamp');
  const timestamp = parameters.integer('timestamp') ?? 0;
  const recvWindow = Number(parameters.decimal('recvWindow')?.toFixed() ?? '5000');
  if (recvWindow > 60_000) throw new ApiError(-1131, 'recvWindow must be less than 60000.');
  if (timestamp >= nowMs + 1_000)
    throw new ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (nowMs - timestamp > recvWindow)
    throw new ApiError(-1021, 'Timestamp for this request is outside of the recvWindow.');
}
