"""fakesnow's own server for Snowflake's drivers, its answers as JSON: python driver_server.py PORT.

It answers in Arrow, which the Node driver does not read. What it does not know is done here: REMOVE removes the stage's
files, and a session's time zone is UTC anyway.
"""

import base64
import gzip
import importlib
import json
import re
import shutil
import sys

import uvicorn
from as_snowflake import add_functions, cell
from fakesnow.transforms.stage import internal_dir
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

# The package has a function of the same name.
server = importlib.import_module("fakesnow.server")

REMOVE = re.compile(r"\s*REMOVE\s+@(\w+)(?:/(\S+))?\s*$", re.IGNORECASE)

server.to_sf = lambda table, rowtype: (table, rowtype)


def rows_of(table_and_types):
    table, types = table_and_types
    kinds = [one["type"] for one in types]
    columns = [column.to_pylist() for column in table.columns]
    rows = [[cell(value, kind) for value, kind in zip(row, kinds)] for row in zip(*columns)]
    return json.dumps(rows).encode()


server.to_ipc = rows_of

connect = server.shared_fs.connect


def connect_with_functions(*given, **named):
    connection = connect(*given, **named)
    add_functions(connection._duck_conn)
    return connection


server.shared_fs.connect = connect_with_functions


async def query(request):
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    sql = json.loads(body)["sqlText"]
    removed = REMOVE.match(sql)
    if re.match(r"\s*ALTER\s+SESSION\s+SET\s+TIMEZONE\s*=\s*'UTC'", sql, re.IGNORECASE):
        return JSONResponse({"data": {**NOTHING, "rowset": []}, "success": True})
    if removed:
        connection = server.to_conn(server.to_token(request))
        stage = f"{connection.database}.{connection.schema}.{removed[1].upper()}"
        shutil.rmtree(internal_dir(stage, removed[2] or ""), ignore_errors=True)
        return JSONResponse({"data": {**NOTHING, "rowset": []}, "success": True})
    answer = json.loads((await server.query_request(request)).body)
    data = answer.get("data") or {}
    if data.get("queryResultFormat") == "arrow":
        packed = data.pop("rowsetBase64")
        data["rowset"] = json.loads(base64.b64decode(packed)) if packed else []
        data["queryResultFormat"] = "json"
    if "stageInfo" in data:
        # The Node driver asks where the bucket is, which the Python one does not.
        data["stageInfo"] = {"region": "US", "isClientSideEncrypted": False, **data["stageInfo"]}
    if "rowset" in data:
        data["returned"] = data["total"] = len(data["rowset"])
    return JSONResponse(answer)


NOTHING = {
    "parameters": [],
    "rowtype": [],
    "total": 0,
    "returned": 0,
    "queryId": "01b-removed",
    "statementTypeId": 0,
    "queryResultFormat": "json",
}

routes = [
    Route("/queries/v1/query-request", query, methods=["POST"]),
    Route("/", lambda _: JSONResponse({})),
    # Whether a file is there already, which it never is.
    Route("/fs_bucket/{path:path}", lambda _: JSONResponse({}, status_code=404), methods=["GET"]),
]
uvicorn.run(Starlette(routes=routes + server.routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
