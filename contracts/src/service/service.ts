/** A running service. Whoever starts it stops it, or awaits `finished`, which rejects if it cannot go on. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly finished: Promise<void>;
  /** Takes nothing new, lets what is in flight finish, and resolves when nothing is left. */
  stop(): Promise<void>;
}
