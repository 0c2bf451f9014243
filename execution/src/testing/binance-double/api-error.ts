/** A refusal as Binance words it: HTTP status, its own code, its own sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: number, message: string, status = 400, headers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

export function filterFailure(filter: string): ApiError {
  return new ApiError(-1013, `Filter failure: ${filter}`);
}

export function rejected(message: string): ApiError {
  return new ApiError(-2010, message);
}
