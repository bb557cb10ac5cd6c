"""Runs a notebook on a fresh kernel and tells how it goes, as one JSON object a line on standard output.

Usage: run_notebook.py NOTEBOOK RESULT
"""

import asyncio
import json
import os
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async

SILENCE = 0.05  # seconds without a message after which a finished cell is taken to have said all


def tell(**event):
    print(json.dumps(event), flush=True)


class TellingClient(NotebookClient):
    """Keeps what the Deno kernel sends after it has said that it is idle, and tells of progress."""

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        while True:
            try:
                message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=SILENCE))
            except Exception:  # queue.Empty, whatever the client's kind
                return
            if message["parent_header"].get("msg_id") == parent_msg_id and message["msg_type"] != "status":
                self.process_message(message, cell, cell_index)

    def process_message(self, msg, cell, cell_index):
        data = msg["content"].get("data", {})
        words = data.get("text/plain") or msg["content"].get("text")
        if msg["msg_type"] in ("display_data", "update_display_data", "stream") and words:
            tell(progress="".join(words).strip().split("\n")[-1])
        return super().process_message(msg, cell, cell_index)


def tidy(notebook):
    """Leaves out what differs from run to run without meaning anything."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("transient", {}).clear()
            output.pop("transient", None)
    # editors and the formatter choose by these; a kernel that died has told neither
    notebook.metadata["kernelspec"] = {"display_name": "Deno", "language": "typescript", "name": "deno"}
    notebook.metadata["language_info"] = notebook.metadata.get("language_info", {}) | {"name": "typescript"}


SCALAR = r'(?:null|-?[\d.eE+-]+|"[^"\\\n]{0,12}")'
SCALARS = re.compile(rf"\[\n\s*{SCALAR}(?:,\n\s*{SCALAR})*\n\s*\]")


def compact(text):
    """Puts lists of numbers and of short words on a line each; in JSON, a line break is in no string."""
    return SCALARS.sub(lambda scalars: re.sub(r"\n\s*", "", scalars[0]), text)


def main(path, result):
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    places = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]

    def begin(cell_index, **_):
        if cell_index in places:
            tell(cell=places.index(cell_index) + 1, of=len(places))

    folder = os.path.dirname(os.path.abspath(path))
    client = TellingClient(
        notebook,
        timeout=None,
        startup_timeout=120,
        kernel_name="deno",
        resources={"metadata": {"path": folder}},
        on_cell_start=begin,
    )
    start = time.time()
    failure = None
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as error:
        failure = error
    tidy(notebook)
    os.makedirs(os.path.dirname(os.path.abspath(result)), exist_ok=True)
    with open(result + ".part", "w", encoding="utf-8") as file:
        file.write(compact(nbformat.writes(notebook)) + "\n")
    os.replace(result + ".part", result)
    if failure is not None:
        # the kernel's own words: nbclient's error may have none
        said = [o for cell in cells for o in cell.outputs if o.output_type == "error"]
        words = [f"{o.ename}: {o.evalue}\n" + "\n".join(o.traceback) for o in said]
        # of a syntax error the kernel says nothing at all
        hint = "The kernel gave no reason; if it is a syntax error, `deno task ok` explains it."
        tell(error="\n".join(words) or f"{failure}".rstrip() + f"\n{hint}")
        sys.exit(1)
    tell(done=round(time.time() - start, 1))


asyncio.set_event_loop(asyncio.new_event_loop())
main(*sys.argv[1:])
