#!/usr/bin/env python3
"""Publishes a trade_signal with nothing but Python's standard library.

    NATS_URL=nats://localhost:4222 NATS_USER=me NATS_PASSWORD=secret \
        python3 publish-signal.py buy 93512.4 --symbol BTC/USDT

docs/events.md explains every field; contracts/schemas/trade_signal.schema.json checks them.
"""

import argparse
import hashlib
import json
import os
import secrets
import socket
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit


def trade_signal(side, price, symbol, time):
    """An entry at the market that expires a minute after `time`."""
    idea = {"strategy": "hand-made", "venue": "binance", "symbol": symbol, "intent": "enter"}
    # The same idea at the same time has the same id, so that publishing it again changes nothing.
    key = json.dumps([*idea.values(), side, utc(time)])
    event_id = hashlib.sha256(key.encode()).hexdigest()[:32]
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "examples/publish-signal",
        "type": "trade_signal",
        "schemaversion": 1,
        "subject": symbol,
        "time": utc(time),
        "recordedtime": utc(datetime.now(timezone.utc)),
        "expirytime": utc(time + timedelta(minutes=1)),
        "sequence": 1,
        "correlationid": event_id,
        "data": {
            **idea,
            "strategyVersion": "1",
            "configHash": "none",
            "runId": "by-hand",
            "mode": "paper",
            "timeframe": "1m",
            "side": side,
            "targetPosition": "long" if side == "buy" else "short",
            "referencePrice": {"price": price, "kind": "last", "time": utc(time)},
        },
    }


def publish(event):
    """Publishes an event and returns what JetStream answers: its stream, its sequence, whether it was there before."""
    data = event["data"]
    symbol = data["symbol"].replace("/", "-").replace(":", "_")
    subject = f"trade_signal.{data['strategy']}.{data['venue']}.{symbol}"
    headers = f"NATS/1.0\r\nNats-Msg-Id: {event['id']}\r\n\r\n".encode()
    body = json.dumps(event).encode()
    inbox = f"_INBOX.{secrets.token_hex(8)}"
    options = {
        "verbose": False,
        "pedantic": False,
        "headers": True,
        "no_responders": True,
        "lang": "python",
        "version": "1",
        "user": os.environ.get("NATS_USER"),
        "pass": os.environ.get("NATS_PASSWORD"),
    }
    url = urlsplit(os.environ.get("NATS_URL", "nats://localhost:4222"))
    with socket.create_connection((url.hostname, url.port or 4222), timeout=5) as connection:
        server = connection.makefile("rwb")
        if json.loads(server.readline().removeprefix(b"INFO ")).get("tls_required"):
            sys.exit("the server wants TLS, which this example does not speak")
        server.write(f"CONNECT {json.dumps(options)}\r\nSUB {inbox} 1\r\n".encode())
        sizes = f"{len(headers)} {len(headers) + len(body)}"
        server.write(f"HPUB {subject} {inbox} {sizes}\r\n".encode() + headers + body + b"\r\n")
        server.flush()
        return answer(server)


def answer(server):
    while line := server.readline().decode().strip():
        kind = line.split()[0]
        if kind == "PING":
            server.write(b"PONG\r\n")
            server.flush()
        elif kind == "-ERR":
            sys.exit(f"the server refuses: {line.removeprefix('-ERR ')}")
        elif kind == "HMSG":
            sys.exit("no stream takes signals on this server: start Heliograph on it first")
        elif kind == "MSG":
            ack = json.loads(server.read(int(line.split()[-1])))
            return ack if "error" not in ack else sys.exit(ack["error"]["description"])
    sys.exit("the server closed the connection without an answer")


def utc(time):
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main():
    parser = argparse.ArgumentParser(description="Publishes a trade_signal.")
    parser.add_argument("side", choices=["buy", "sell"])
    parser.add_argument("price", help="the price that the decision saw, e.g. 93512.4")
    parser.add_argument("--symbol", default="BTC/USDT")
    parser.add_argument(
        "--time",
        type=datetime.fromisoformat,
        default=datetime.now(timezone.utc),
        help="when it was decided, e.g. 2026-01-05T10:30:00+00:00 (default: now)",
    )
    arguments = parser.parse_args()
    event = trade_signal(arguments.side, arguments.price, arguments.symbol, arguments.time)
    try:
        ack = publish(event)
    except OSError as error:
        sys.exit(f"cannot reach the server: {error}")
    print(json.dumps({"id": event["id"], **ack}))


if __name__ == "__main__":
    main()
