"""Seconds from a notebook's first cell to its first figure, on a fresh kernel: first_figure.py NOTEBOOK."""

import json
import sys
import time

import nbformat
from nbclient import NotebookClient


def has_figure(cell):
    return any("image/svg+xml" in output.get("data", {}) for output in cell.get("outputs", []))


notebook = nbformat.read(sys.argv[1], as_version=4)
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
last = next(index for index, cell in enumerate(code) if has_figure(cell))
notebook.cells = code[: last + 1]
client = NotebookClient(notebook, kernel_name="deno", timeout=600)
with client.setup_kernel():
    start = time.perf_counter()
    for index, cell in enumerate(notebook.cells):
        client.execute_cell(cell, index)
    print(json.dumps({"result": time.perf_counter() - start}))
