"""Lead from each page to what `tools.downloads` made of the book as it stands; to nothing where it made nothing."""

from pathlib import Path

from tools.chapters import downloads_folder
from tools.downloads import BOOK


def add_files(app, config):
    """Let the files travel with the pages, which are written anew when there are others."""
    folder = downloads_folder(Path(app.confdir))
    config.book_downloads = sorted(path.name for path in folder.glob("downloads/*"))
    if config.book_downloads:
        config.html_extra_path.append(str(folder))


def add_buttons(app, page, template, context, doctree):
    """Put the files into the page's list of downloads."""
    groups = [each for each in context.get("header_buttons", []) if each.get("label") == "download-buttons"]
    for group in groups:
        for name, text in (
            (f"{page.split('/')[-1]}.pdf", ".pdf"),
            (f"{BOOK}.pdf", "Whole book, .pdf"),
            (f"{BOOK}.zip", "Whole book, .zip"),
        ):
            if name in app.config.book_downloads:
                address = "../" * page.count("/") + f"downloads/{name}"
                group["buttons"].append(
                    {
                        "type": "link",
                        "url": address,
                        "text": text,
                        "tooltip": "Download",
                        "icon": "fas fa-file",
                        "label": "download-file-button",
                    }
                )


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("book_downloads", [], "html")
    # After Jupyter Book has set its paths, and after the theme has made its buttons.
    app.connect("config-inited", add_files, priority=900)
    app.connect("html-page-context", add_buttons, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
