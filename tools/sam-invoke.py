"""Run `sam local invoke` for several functions and events in one process.

  sam-invoke.py OPTION... -- FUNCTION EVENT [FUNCTION EVENT]...

For each prints a line of JSON: what it answered, and what was said when that failed. SAM needs three seconds to
load, and less than one for a function.
"""

import contextlib
import io
import json
import sys

from samcli.cli.main import cli


def invoke(options, function, event):
    """What a function answers to the event in a file."""
    out, log = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(log):
        try:
            cli(["local", "invoke", function, "--event", event, *options])
        except SystemExit as end:  # exit codes instead of exceptions, as on the command line
            code = end.code or 0
    read = lambda text: text.buffer.getvalue().decode(errors="replace").strip()
    return {"event": event, "answer": read(out), "failed": f"exit code {code}: {read(log)}" if code else ""}


def main(arguments):
    end = arguments.index("--")
    options, pairs = arguments[:end], arguments[end + 1 :]
    for function, event in zip(pairs[::2], pairs[1::2]):
        print(json.dumps(invoke(options, function, event)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
