"""Makes what takes pandoc and Typst of what publish.ts has written: the site, the PDFs, the bibliography.

Usage: render.py FOLDER CITATION SUBTITLE
FOLDER holds notebooks.md and figures/*.svg; CITATION is the project's CITATION.cff, whose title is the
publication's.
"""

import sys
from pathlib import Path

import pypandoc
import typst

HERE = Path(__file__).parent
# as Jupyter reads it: "@" is no citation, and a list needs no empty line before it
MARKDOWN = "markdown-citations+lists_without_preceding_blankline"


def main(folder, citation, subtitle):
    figures = folder / "figures"
    for svg in figures.glob("*.svg"):
        page = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("{svg.name}")'
        set_page(page, figures, svg.with_suffix(".pdf"))
    about = [f"--metadata-file={citation}", f"--metadata=subtitle:{subtitle}", "--metadata=lang:en"]
    convert_book(folder, "chunkedhtml", "site.yaml", about, folder / "site")
    source = folder / "notebooks.typ"
    convert_book(folder, "typst", "pdf.yaml", about, source)
    set_page(source.read_text(), folder, folder / "notebooks.pdf")
    source.unlink()
    # the works as pandoc's template: the first is the project, whose fields CITATION.cff fills in
    works = ["--standalone", "--wrap=none", f"--template={HERE / 'results.bib'}", *about]
    pypandoc.convert_text("", "plain", "markdown", works, outputfile=folder / "results.bib")


def convert_book(folder, to, defaults, about, result):
    """Converts notebooks.md with the options in a file."""
    options = [f"--defaults={HERE / defaults}", f"--resource-path={folder}", *about]
    pypandoc.convert_file(folder / "notebooks.md", to, MARKDOWN, options, outputfile=result)


def set_page(source, root, pdf):
    """Sets Typst's source, whose pictures are below root."""
    file = root / "page.typ"
    file.write_text(source)
    typst.compile(file, output=pdf, root=root)
    file.unlink()


if __name__ == "__main__":
    folder, citation, subtitle = sys.argv[1:]
    main(Path(folder).resolve(), citation, subtitle)
