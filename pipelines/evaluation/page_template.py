"""Templates of HTML pages."""

import functools
from typing import Any

import jinja2

from pipelines.files.names import printable_value


def render_template(package: str, name: str, **values: Any) -> str:
    """Renders a template that extends `page.html`.

    Args:
        package: Package that has the template file.
        name: Name of the template file.
        **values: Variables of the template; text is escaped and printable.

    >>> room = "pipelines.evaluation"
    >>> "&lt;1&gt;" in render_template(room, "page.html", title="<1>")
    True
    """
    return environment(package).get_template(name).render(values)


@functools.cache
def environment(*packages: str) -> jinja2.Environment:
    """Where templates are looked for: in packages, and beside `page.html`.

    Args:
        *packages: Packages that have template files, the first of them first.

    >>> environment("pipelines.report").autoescape
    True
    """
    rooms = dict.fromkeys([*packages, "pipelines.evaluation"])
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(room, "") for room in rooms]
        ),
        autoescape=True,
        finalize=printable_value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
