"""Sphinx's configuration: myst-nb without execution, the book theme, nothing from outside."""

from pathlib import Path
from typing import Any

from coursework.authoring.project import Project

TEMPLATES = Path(__file__).parent / "templates"
MATH = {
    "loader": {"load": []},
    "tex": {"inlineMath": [["\\(", "\\)"]]},
    "svg": {"fontCache": "global"},
    "options": {
        "enableMenu": False,
        "ignoreHtmlClass": ".*",
        "processHtmlClass": "tex2jax_process|mathjax_process|math|output_area",
    },
}


THEME = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 2,
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "navbar_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def settings(project: Project, title: str) -> dict[str, Any]:
    """Values of Sphinx's configuration for this course."""
    theme: dict[str, Any] = dict(THEME)
    if project.repository:
        theme["repository_url"] = f"https://github.com/{project.repository}"
        theme["use_repository_button"] = True
    return {
        "project": title,
        "author": "",
        "html_title": title,
        "html_short_title": title,
        "extensions": ["myst_nb", "sphinx_design"],
        "html_theme": "sphinx_book_theme",
        "html_theme_options": theme,
        "html_static_path": ["_static"],
        "html_css_files": ["fonts/fonts.css", "course.css"],
        "html_js_files": ["course.js"],
        "html_sidebars": {"**": ["course-logo.html", "course-search.html", "sbt-sidebar-nav.html"]},
        "templates_path": [str(TEMPLATES)],
        "html_favicon": "_static/mark.svg",
        "html_copy_source": False,
        "html_use_index": False,
        "html_show_copyright": False,
        "html_show_sphinx": False,
        "html_last_updated_fmt": None,
        "exclude_patterns": ["downloads", "cheatsheet/*"],
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "myst_enable_extensions": ["dollarmath", "colon_fence", "attrs_inline", "deflist"],
        "myst_heading_anchors": 4,
        "myst_update_mathjax": False,
        "mathjax_path": "mathjax/tex-svg-full.js",
        "mathjax4_config": MATH,
        "mathjax3_config": MATH,
        "smartquotes": False,
        "highlight_language": "text",
    }
