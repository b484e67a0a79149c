"""Notebooks run in full by a kernel, or in short in this process."""

import base64
import contextlib
import io
import json
import os
import pathlib
import re
import sys

import nbclient
import nbformat
import PIL.Image

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
# Tags of cells: sizes, which the short form replaces; what only the full form
# runs; numbers that another run need not repeat.
PARAMETERS, LONG, VARIES = "parameters", "long", "varies"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# Lines of Keras's progress, with times.
PROGRESS = re.compile(r"(?m)^(Epoch \d+/\d+|\d+/\d+ - .*)\n")
# A number agrees with the stored one within this, and this share of it.
ABSOLUTE, RELATIVE = 0.02, 0.1


def read_notebook(name):
    return nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def has_tag(cell, tag):
    return tag in cell.metadata.get("tags", ())


def parameters_of(notebook):
    (cell,) = (c for c in code_cells(notebook) if has_tag(c, PARAMETERS))
    return re.findall(r"(?m)^([A-Z_]+) = ", cell.source)


def printed(cell):
    """What a stored code cell prints, or shows as text beside no picture."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        is_text = "image/png" not in data
        text = output.get("text", data.get("text/plain", "") * is_text)
        parts.append(text)
    return "".join(parts)


def pictures(notebook):
    return [
        output.data["image/png"]
        for cell in code_cells(notebook)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]


def run_here(notebook, values):
    """Runs the cells with other parameters; returns what they print."""
    import matplotlib.pyplot as plt

    variables, text = {"__name__": "__main__"}, io.StringIO()
    # A notebook sets the size of its pictures; other tests keep theirs.
    with plt.rc_context(), contextlib.redirect_stdout(text):
        for cell in code_cells(notebook):
            if has_tag(cell, LONG):
                continue
            exec(compile(cell.source, cell.id, "exec"), variables)
            if has_tag(cell, PARAMETERS):
                variables.update(values)
            plt.close("all")
    return text.getvalue()


def run_in_kernel(notebook, folder):
    """Runs all of a copy as it stands, in `examples`; returns it tidied."""
    kernels = folder / "kernels" / "python3"
    kernels.mkdir(parents=True)
    launch = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    words = {"argv": [sys.executable, *launch], "display_name": "Python 3"}
    (kernels / "kernel.json").write_text(json.dumps(words))
    path = os.pathsep.join(filter(None, (str(ROOT), os.getenv("PYTHONPATH"))))
    client = nbclient.NotebookClient(
        nbformat.from_dict(notebook),
        timeout=1800,
        kernel_name="python3",
        resources={"metadata": {"path": str(EXAMPLES)}},
        coalesce_streams=True,
    )
    places = {
        "JUPYTER_PATH": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    client.execute(env={**os.environ, **places, "PYTHONPATH": path})
    return with_small_pictures(tidy(client.nb))


def with_small_pictures(notebook):
    """Keeps 256 colours of each picture; a code host shows small files."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                data = io.BytesIO(base64.b64decode(output.data["image/png"]))
                small = io.BytesIO()
                picture = (
                    PIL.Image.open(data)
                    .convert("RGB")
                    .quantize(256, PIL.Image.Quantize.MAXCOVERAGE, dither=0)
                )
                picture.save(small, "png", optimize=True)
                text = base64.b64encode(small.getvalue()).decode()
                output.data["image/png"] = text
    return notebook


def tidy(notebook):
    """Leaves out what changes from run to run: times, logs, versions."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        kept = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": kept} if kept else {})
    for number, cell in enumerate(code_cells(notebook), 1):
        cell.execution_count = number
        cell.outputs = [
            output for output in cell.outputs if output.get("name") != "stderr"
        ]
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
            if "text" in output:
                output.text = PROGRESS.sub("", output.text)
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def differences(stored, fresh):
    """Yields a line for each cell that prints other words or numbers."""
    for cell, other in zip(code_cells(stored), code_cells(fresh), strict=True):
        old, new = printed(cell), printed(other)
        words = [NUMBER.sub("#", text).split() for text in (old, new)]
        pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=False)
        if words[0] != words[1]:
            yield f"{cell.id} stored:\n{old}\nnow:\n{new}"
        elif not has_tag(cell, VARIES):
            for was, now in pairs:
                allowed = ABSOLUTE + RELATIVE * abs(float(was))
                if abs(float(now) - float(was)) > allowed:
                    yield f"{cell.id}: {was} is {now}, in:\n{new}"
