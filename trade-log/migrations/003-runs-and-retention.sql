-- Who wrote the log and when, which messages were refused, what was pruned, and the way to the latest rows.

-- A run of the trade log: one process that wrote into this file. One that nobody has ended is `open`; the next one that
-- begins calls it `crashed`.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  program_version TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  node_version TEXT NOT NULL,
  nats_version TEXT,
  config_hash TEXT,
  started_time INTEGER NOT NULL,
  -- Of the last batch, or the end.
  last_time INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'clean', 'failed', 'crashed')),
  -- Why it failed.
  detail TEXT
) STRICT;

CREATE INDEX runs_that_are_open ON runs (outcome) WHERE outcome = 'open';

-- What a run has kept of a stream: how many events, from where to where.
CREATE TABLE run_ranges (
  run_id INTEGER NOT NULL REFERENCES runs (id),
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (run_id, stream_id)
) STRICT, WITHOUT ROWID;

-- Messages that are no events: they became dead letters. They leave a hole among the sequences.
CREATE TABLE refused (
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  sequence INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (stream_id, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO refused
SELECT DISTINCT s.id, d.message_sequence, d.error
FROM dead_letters AS d JOIN log ON d.consumer = 'trade-log-' || log.id JOIN streams AS s ON s.name = d.message_stream
WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE e.stream_id = s.id AND e.sequence = d.message_sequence)
GROUP BY s.id, d.message_sequence;

CREATE TABLE prunings (
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  -- What was stored before it might go.
  before_time INTEGER NOT NULL,
  events INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Sequences of which nothing is left, both ends included.
CREATE TABLE pruned (
  stream_id INTEGER NOT NULL REFERENCES streams (id),
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  pruning_id INTEGER NOT NULL REFERENCES prunings (id),
  PRIMARY KEY (stream_id, first_sequence)
) STRICT, WITHOUT ROWID;

DROP TRIGGER events_are_never_deleted;

-- What goes has to be written down first.
CREATE TRIGGER events_are_only_pruned BEFORE DELETE ON events
WHEN coalesce((
  SELECT last_sequence FROM pruned
  WHERE stream_id = OLD.stream_id AND first_sequence <= OLD.sequence
  ORDER BY first_sequence DESC LIMIT 1
), 0) < OLD.sequence
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted, only pruned');
END;

-- The latest rows, of all or of one portfolio, without a look at the others.
CREATE INDEX signals_in_order ON signals (stream_id, sequence);
CREATE INDEX signals_of_tape ON signals (tape, stream_id, sequence);
CREATE INDEX orders_in_order ON orders (stream_id, sequence);
CREATE INDEX orders_of_portfolio ON orders (stream_id, portfolio, sequence);
CREATE INDEX fills_in_order ON fills (stream_id, sequence);
CREATE INDEX fills_of_portfolio ON fills (stream_id, portfolio, sequence);
CREATE INDEX trades_in_order ON trades (stream_id, sequence);
CREATE INDEX trades_of_portfolio ON trades (stream_id, portfolio, sequence);
