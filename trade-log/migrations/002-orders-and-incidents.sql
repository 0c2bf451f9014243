-- Orders with prices, protection and cancels; orders from elsewhere, value over time, incidents, trading states and
-- instruments. The tables of the journals are derived anew when this step is done: see `migrate.ts`.

DROP VIEW decisions;
DROP TABLE orders;

CREATE TABLE orders (
  portfolio TEXT NOT NULL,
  order_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  signal_time INTEGER,
  strategy TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  intent TEXT NOT NULL,
  side TEXT NOT NULL,
  order_type TEXT NOT NULL,
  role TEXT NOT NULL,
  size TEXT NOT NULL,
  limit_price TEXT,
  stop_price TEXT,
  trailing_bps REAL,
  time_in_force TEXT,
  protection TEXT,
  protects TEXT,
  attempt INTEGER NOT NULL,
  reduce_only INTEGER NOT NULL,
  expiry_time INTEGER NOT NULL,
  reference_price TEXT NOT NULL,
  market_sequence INTEGER,
  status TEXT NOT NULL
    CHECK (status IN ('intended', 'accepted', 'triggered', 'partially_filled', 'filled', 'rejected', 'cancelled', 'unknown')),
  status_time INTEGER NOT NULL,
  filled_quantity TEXT NOT NULL,
  venue_order_id TEXT,
  trigger_price TEXT,
  reason TEXT,
  detail TEXT,
  -- Whoever wants to take the order back has written it down; whether it was taken back, the status says.
  cancel_time INTEGER,
  cancel_reason TEXT,
  cancel_detail TEXT,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, order_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_by_signal ON orders (signal_id);

CREATE TABLE cancels (
  portfolio TEXT NOT NULL,
  order_id TEXT NOT NULL,
  signal_id TEXT,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX cancels_by_signal ON cancels (signal_id) WHERE signal_id IS NOT NULL;

-- The settings of a portfolio are those that hold; `decisions_version` names the rules by which it is decided.
ALTER TABLE portfolios ADD COLUMN decisions_version INTEGER NOT NULL DEFAULT 1;

ALTER TABLE skips ADD COLUMN signal_time INTEGER;
ALTER TABLE skips ADD COLUMN market_sequence INTEGER;

-- Everything that a portfolio made of a signal: an entry has its protective orders, too.
CREATE VIEW decisions AS
SELECT stream_id, portfolio, signal_id, sequence FROM orders
UNION ALL
SELECT stream_id, portfolio, signal_id, sequence FROM skips
UNION ALL
SELECT stream_id, portfolio, signal_id, sequence FROM cancels WHERE signal_id IS NOT NULL;

-- What became of a signal in a portfolio, one row: the last of its own orders, else a skip, else the first cancel.
CREATE VIEW outcomes AS
SELECT stream_id, portfolio, signal_id, sequence, order_id, status, reason FROM orders AS o
WHERE role IN ('entry', 'exit') AND NOT EXISTS (
  SELECT 1 FROM orders AS later
  WHERE later.signal_id = o.signal_id AND later.stream_id = o.stream_id AND later.portfolio = o.portfolio
    AND later.role IN ('entry', 'exit') AND later.sequence > o.sequence
)
UNION ALL
SELECT stream_id, portfolio, signal_id, sequence, NULL, 'skipped', reason FROM skips AS s
WHERE NOT EXISTS (
  SELECT 1 FROM orders AS o
  WHERE o.signal_id = s.signal_id AND o.stream_id = s.stream_id AND o.portfolio = s.portfolio
    AND o.role IN ('entry', 'exit')
)
UNION ALL
SELECT stream_id, portfolio, signal_id, sequence, order_id, 'cancel', reason FROM cancels AS c
WHERE signal_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM cancels AS earlier
  WHERE earlier.signal_id = c.signal_id AND earlier.stream_id = c.stream_id AND earlier.portfolio = c.portfolio
    AND earlier.sequence < c.sequence
) AND NOT EXISTS (
  SELECT 1 FROM orders AS o
  WHERE o.signal_id = c.signal_id AND o.stream_id = c.stream_id AND o.portfolio = c.portfolio
    AND o.role IN ('entry', 'exit')
) AND NOT EXISTS (
  SELECT 1 FROM skips AS s
  WHERE s.signal_id = c.signal_id AND s.stream_id = c.stream_id AND s.portfolio = c.portfolio
);

-- Orders that were open at the venue and not made here.
CREATE TABLE foreign_orders (
  portfolio TEXT NOT NULL,
  order_id TEXT NOT NULL,
  venue_order_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  order_type TEXT NOT NULL,
  quantity TEXT NOT NULL,
  limit_price TEXT,
  reduce_only INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'partially_filled', 'filled', 'rejected', 'cancelled')),
  status_time INTEGER NOT NULL,
  filled_quantity TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, order_id)
) STRICT, WITHOUT ROWID;

-- What the portfolio was worth, from hour to hour.
CREATE TABLE equity (
  portfolio TEXT NOT NULL,
  time INTEGER NOT NULL,
  cash TEXT NOT NULL,
  equity TEXT NOT NULL,
  exposure TEXT NOT NULL,
  peak_equity TEXT NOT NULL,
  day_start_equity TEXT NOT NULL,
  day_start INTEGER NOT NULL,
  positions TEXT NOT NULL,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
  portfolio TEXT NOT NULL,
  time INTEGER NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  detail TEXT NOT NULL,
  venue TEXT,
  symbol TEXT,
  order_id TEXT,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, sequence)
) STRICT, WITHOUT ROWID;

-- Each change; the last one holds.
CREATE TABLE trading_states (
  portfolio TEXT NOT NULL,
  time INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  revision INTEGER,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, sequence)
) STRICT, WITHOUT ROWID;

-- Instruments as the venue last told of them.
CREATE TABLE instruments (
  portfolio TEXT NOT NULL,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  time INTEGER NOT NULL,
  status TEXT NOT NULL,
  tick_size TEXT,
  lot_size TEXT,
  min_quantity TEXT,
  max_quantity TEXT,
  min_notional TEXT,
  stream_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, portfolio, venue, symbol)
) STRICT, WITHOUT ROWID;
