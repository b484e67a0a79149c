"""Templates of self-contained HTML pages without scripts."""

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
    packages = dict.fromkeys([package, "pipelines.evaluation"])
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, "") for package in packages]
        ),
        autoescape=True,
        finalize=printable_value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(values)
