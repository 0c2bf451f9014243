-- Times are epoch milliseconds in UTC, money and prices decimal text, ratios 0..1.
-- Every projected row names the event that it came from: stream_id and sequence.

-- This database's own name: two databases on one server are two consumers.
CREATE TABLE log (
  id TEXT PRIMARY KEY,
  made_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO log VALUES (lower(hex(randomblob(8))), CAST(unixepoch('subsec') * 1000 AS INTEGER));

-- One storage of a bus stream. A stream that was made anew has another identity; one that has lost its end and goes on
-- with sequences used before has another generation.
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  identity TEXT NOT NULL,
  generation INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  UNIQUE (name, identity, generation)
) STRICT;

-- What came over the bus, as it came. All that follows below is derived from it.
CREATE TABLE events (
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  sequence INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  portfolio TEXT,
  tape TEXT,
  time INTEGER NOT NULL,
  recorded_time INTEGER NOT NULL,
  stored_time INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream_id, sequence)
) STRICT;

CREATE INDEX events_of_portfolio ON events (portfolio, stream_id, sequence) WHERE portfolio IS NOT NULL;
CREATE INDEX events_of_journal_by_id ON events (id) WHERE portfolio IS NOT NULL;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;

CREATE TABLE candles (
  tape TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  open_time INTEGER NOT NULL,
  close_time INTEGER NOT NULL,
  open TEXT NOT NULL,
  high TEXT NOT NULL,
  low TEXT NOT NULL,
  close TEXT NOT NULL,
  volume TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (tape, venue, symbol, timeframe, open_time)
) STRICT, WITHOUT ROWID;

CREATE INDEX candles_by_time ON candles (tape, close_time);

CREATE TABLE signals (
  id TEXT PRIMARY KEY,
  time INTEGER NOT NULL,
  expiry_time INTEGER NOT NULL,
  tape TEXT NOT NULL,
  tape_sequence INTEGER,
  correlation_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  strategy TEXT NOT NULL,
  strategy_version TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  engine_run_id TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  intent TEXT NOT NULL,
  side TEXT NOT NULL,
  target_position TEXT NOT NULL,
  reference_price TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX signals_by_time ON signals (time);

-- A run: one journal of a portfolio. The same name in another storage of the TRADING stream is another run.
CREATE TABLE portfolios (
  portfolio TEXT NOT NULL,
  mode TEXT NOT NULL,
  tape TEXT NOT NULL,
  currency TEXT NOT NULL,
  settings TEXT NOT NULL,
  opened_time INTEGER NOT NULL,
  cash TEXT NOT NULL,
  ended_time INTEGER,
  candles INTEGER,
  final_cash TEXT,
  final_equity TEXT,
  open_positions TEXT,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio)
) STRICT, WITHOUT ROWID;

CREATE TABLE skips (
  portfolio TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  strategy TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  intent TEXT NOT NULL,
  side TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, signal_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX skips_by_signal ON skips (signal_id);

CREATE TABLE orders (
  portfolio TEXT NOT NULL,
  order_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  strategy TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  intent TEXT NOT NULL,
  side TEXT NOT NULL,
  order_type TEXT NOT NULL,
  size TEXT NOT NULL,
  reduce_only INTEGER NOT NULL,
  expiry_time INTEGER NOT NULL,
  reference_price TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('intended', 'accepted', 'partially_filled', 'filled', 'rejected', 'cancelled', 'unknown')),
  status_time INTEGER NOT NULL,
  filled_quantity TEXT NOT NULL,
  venue_order_id TEXT,
  reason TEXT,
  detail TEXT,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, order_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_by_signal ON orders (signal_id);

-- What each portfolio made of a signal.
CREATE VIEW decisions AS
SELECT stream_id, portfolio, signal_id, sequence, order_id, status, reason FROM orders
UNION ALL
SELECT stream_id, portfolio, signal_id, sequence, NULL, 'skipped', reason FROM skips;

CREATE TABLE fills (
  portfolio TEXT NOT NULL,
  order_id TEXT NOT NULL,
  fill_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  price TEXT NOT NULL,
  fee TEXT NOT NULL,
  liquidity TEXT NOT NULL,
  slippage_bps REAL NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, order_id, fill_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  portfolio TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  average_entry_price TEXT NOT NULL,
  realised_pnl TEXT NOT NULL,
  order_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, venue, symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE trades (
  portfolio TEXT NOT NULL,
  trade_id TEXT NOT NULL,
  strategy TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  entry_time INTEGER NOT NULL,
  entry_price TEXT NOT NULL,
  exit_time INTEGER NOT NULL,
  exit_price TEXT NOT NULL,
  fees TEXT NOT NULL,
  pnl TEXT NOT NULL,
  return_ratio REAL NOT NULL,
  exit_reason TEXT NOT NULL,
  entry_signal_id TEXT NOT NULL,
  exit_signal_id TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, trade_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  id TEXT NOT NULL,
  time INTEGER NOT NULL,
  consumer TEXT NOT NULL,
  message_stream TEXT NOT NULL,
  message_sequence INTEGER NOT NULL,
  message_subject TEXT NOT NULL,
  error TEXT NOT NULL,
  deliveries INTEGER NOT NULL,
  body TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, id)
) STRICT;
