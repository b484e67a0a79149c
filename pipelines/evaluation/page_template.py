"""Pages that need no other file and no script, in one look."""

from typing import Any

import jinja2


def render_template(package: str, name: str, **values: Any) -> str:
    """Fills in a template that extends `page.html`.

    Args:
        package: The room that it lies in.
        name: Of the file.
        **values: What it shows; text is escaped.

    >>> room = "pipelines.evaluation"
    >>> "&lt;1&gt;" in render_template(room, "page.html", title="<1>")
    True
    """
    packages = dict.fromkeys([package, "pipelines.evaluation"])
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, "") for package in packages]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(values)
