"""Snowflake's SQL API v2 in front of fakesnow, which speaks the driver's protocol only: python sql_api.py PORT.

Statements run as they come, through fakesnow's own cursor, as as_snowflake.py puts it right. PUT is not offered, as in
the real API.
"""

import gzip
import json
import re
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from as_snowflake import add_functions, cell
from fakesnow.instance import FakeSnow
from fakesnow.rowtype import describe_as_rowtype
from snowflake.connector.errors import ProgrammingError

PARTITION_ROWS = 1000
SYNC_SECONDS = 45
PIECE = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\'\\]|\'\'|\\[\s\S])*\'|\$\$[\s\S]*?\$\$|--[^\n]*|/\*[\s\S]*?\*/|[\s\S]'
)

fake = FakeSnow()


def split(text):
    statements, current = [], ""
    for match in PIECE.finditer(text):
        if match[0] == ";":
            statements.append(current)
            current = ""
        else:
            current += match[0]
    statements.append(current)
    return [one for one in statements if one.strip()]


class Result:
    def __init__(self, cursor):
        try:
            self.types = describe_as_rowtype(cursor._describe_last_sql())
        except NotImplementedError:
            self.types = [{"name": name[0], "type": "text", "scale": None, "precision": None} for name in cursor.description]
        kinds = [one["type"] for one in self.types]
        self.rows = [[cell(value, kind) for value, kind in zip(row, kinds)] for row in cursor.fetchall()]

    def body(self, handle, partition):
        from_row = partition * PARTITION_ROWS
        data = self.rows[from_row : from_row + PARTITION_ROWS]
        if partition > 0:
            return {"data": data}
        sizes = range(0, max(1, len(self.rows)), PARTITION_ROWS)
        return {
            "resultSetMetaData": {
                "numRows": len(self.rows),
                "format": "jsonv2",
                "rowType": self.types,
                "partitionInfo": [{"rowCount": min(PARTITION_ROWS, len(self.rows) - at)} for at in sizes],
            },
            "data": data,
            "code": "090001",
            "statementHandle": handle,
            "sqlState": "00000",
            "message": "Statement executed successfully.",
        }


class Run:
    """One request: its statements in one session."""

    def __init__(self, body):
        self.handle = str(uuid.uuid4())
        self.done = threading.Event()
        self.failure = None
        self.result = None
        self.many = None
        self.body = body
        self.connection = None
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        try:
            # Names of databases and schemas are not made by connecting, except here: the account is empty.
            self.connection = fake.connect(self.body["database"], self.body["schema"], paramstyle="qmark")
            add_functions(self.connection._duck_conn)
            statements = split(self.body["statement"])
            wanted = int(self.body.get("parameters", {}).get("MULTI_STATEMENT_COUNT", 1))
            if wanted not in (0, len(statements)):
                says = f"Actual statement count {len(statements)} did not match the desired statement count {wanted}."
                raise ProgrammingError(msg=says, errno=8, sqlstate="0A000")
            given = self.body.get("bindings", {})
            values = [bound(given[key]) for key in sorted(given, key=int)]
            results = [self.one(sql, values) for sql in statements]
            if wanted == 1:
                self.result = results[0]
            else:
                self.many = [keep(Kept(result)) for result in results]
        except ProgrammingError as error:
            self.failure = {"code": f"{error.errno or 0:06d}", "message": str(error), "sqlState": error.sqlstate or ""}
        except Exception as error:  # The emulator itself gave up: tell it as what it is.
            cancelled = "interrupt" in str(error).lower()
            code = "000604" if cancelled else "009999"
            self.failure = {"code": code, "message": f"{type(error).__name__}: {error}", "sqlState": "57014"}
        finally:
            if self.connection:
                try:
                    self.connection._duck_conn.execute("ROLLBACK")
                except Exception:
                    pass  # There was no transaction open, which is as it should be.
                self.connection._duck_conn.close()
            self.done.set()

    def one(self, sql, values):
        cursor = self.connection.cursor()
        if values:
            cursor.execute(sql, binding_params=values)
        else:
            cursor.execute(sql)
        return Result(cursor)

    def cancel(self):
        if self.connection and not self.done.is_set():
            self.connection._duck_conn.interrupt()


class Kept:
    def __init__(self, result):
        self.handle = str(uuid.uuid4())
        self.result = result
        self.failure = self.many = None
        self.done = threading.Event()
        self.done.set()

    def cancel(self):
        pass


def bound(binding):
    value = binding["value"]
    if value is None:
        return None
    kinds = {"FIXED": int, "REAL": float, "BOOLEAN": lambda text: text == "true"}
    return kinds.get(binding["type"], str)(value)


runs, requests, lock = {}, {}, threading.Lock()


def keep(run):
    with lock:
        runs[run.handle] = run
        while len(runs) > 2000:
            runs.pop(next(iter(runs)))
    return run.handle


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urlparse(self.path)
        if url.path == "/":
            return self.answer(200, {})
        query = parse_qs(url.query)
        run = runs.get(url.path.rsplit("/", 1)[-1])
        if run is None:
            return self.answer(422, {"code": "000709", "message": "Statement not found", "sqlState": "02000"})
        self.tell(run, int(query.get("partition", ["0"])[0]), 0.02)

    def do_POST(self):
        url = urlparse(self.path)
        query = parse_qs(url.query)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self.headers.get("authorization", "").startswith("Bearer "):
            return self.answer(401, {"code": "390101", "message": "Authorization header not found"})
        if url.path.endswith("/cancel"):
            run = runs.get(url.path.split("/")[-2])
            if run:
                run.cancel()
            return self.answer(200, {"code": "000604", "sqlState": "57014", "message": "SQL execution canceled"})
        request = query.get("requestId", [str(uuid.uuid4())])[0]
        with lock:
            known = requests.get(request)
        run = runs.get(known) if known else None
        if run is None:
            run = Run(json.loads(body))
            keep(run)
            with lock:
                requests[request] = run.handle
        self.tell(run, 0, 0.02 if "async" in query else SYNC_SECONDS)

    def tell(self, run, partition, seconds):
        if not run.done.wait(seconds):
            says = {"code": "333334", "message": "Asynchronous execution in progress.", "statementHandle": run.handle}
            return self.answer(202, says)
        if run.failure:
            return self.answer(422, {**run.failure, "statementHandle": run.handle})
        if run.many is not None:
            says = {"data": [["Multiple statements executed successfully."]], "statementHandles": run.many}
            return self.answer(200, {**says, "code": "090001", "statementHandle": run.handle})
        self.answer(200, run.result.body(run.handle, partition), packed=partition > 0)

    def answer(self, status, body, packed=False):
        sent = json.dumps(body).encode()
        self.send_response(status)
        if packed:
            sent = gzip.compress(sent)
            self.send_header("content-encoding", "gzip")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
