"""Runs many commands of the AWS command line in one process: lists of words in, exit codes and words out, as JSON lines."""

import contextlib
import io
import json
import sys

# Starting it costs a second or more each time; what it does with a command is the same.
from awscli.clidriver import create_clidriver

driver = create_clidriver()
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(json.loads(line))
        except SystemExit as ended:
            code = ended.code
    print(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}), flush=True)
