/**
 * Something that may pass: the work can be tried again later. Messages with it are delivered again.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Something that no repetition mends: a message that breaks its schema, a refusal. Messages with it are parked as
 * dead letters.
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The person has to change something: a flag, a file, a variable. The message says what, where and how. Its exit code
 * is 2 for wrong usage and 78 for a configuration or environment that cannot work.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: 1 | 2 | 78;
  constructor(message: string, options: ErrorOptions & { exitCode?: 1 | 2 | 78 } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 78;
  }
}
