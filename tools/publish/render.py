"""Makes of what publish.ts has written what takes pandoc and Typst: the site, the PDFs, the bibliography.

Usage: render.py FOLDER CITATION SUBTITLE
FOLDER holds notebooks.md and figures/*.svg; CITATION is the project's CITATION.cff, whose title is the
publication's.
"""

import sys
from pathlib import Path

import pypandoc
import typst

# the notebooks number their figures and tables themselves; a notebook begins on a page of its own
RULES = """
#set figure(numbering: none)
#show figure: set block(breakable: true)
#show figure.where(kind: table): set text(size: 8pt)
#show figure.where(kind: table): set par(justify: false)
#show table.cell.where(y: 0): set text(weight: "bold")
#show table: set table(inset: (x: 4pt, y: 3pt))
#show raw.where(block: true): set text(size: 8pt)
#show heading.where(level: 1): it => pagebreak(weak: true) + it
"""

BOOK = "markdown-citations+lists_without_preceding_blankline"


def render(folder, citation, subtitle):
    figures = folder / "figures"
    for svg in figures.glob("*.svg"):
        page = "#set page(width: auto, height: auto, margin: 0pt)\n" + f'#image("{svg.name}")'
        compile_typst(page, figures, svg.with_suffix(".pdf"))
    about = [f"--metadata-file={citation}", f"--metadata=subtitle:{subtitle}", "--metadata=lang:en"]
    book = ["--standalone", "--toc", f"--resource-path={folder}", "--columns=10000", *about]
    pages = ["--toc-depth=2", "--split-level=1", "--chunk-template=%i.html", "--mathml"]
    wide = ["--variable=maxwidth:52em", "--variable=linkcolor:#0072b2"]
    convert(folder, "chunkedhtml", [*book, *pages, *wide], folder / "site")
    rules = folder / "rules.typ"
    rules.write_text(RULES)
    size = ["--variable=papersize:a4", "--variable=fontsize:10pt", "--variable=page-numbering:1"]
    source = folder / "notebooks.typ"
    convert(folder, "typst", [*book, *size, "--toc-depth=2", f"--include-in-header={rules}"], source)
    compile_typst(source.read_text(), folder, folder / "notebooks.pdf")
    rules.unlink()
    source.unlink()
    works = f"--template={Path(__file__).with_name('results.bib')}"
    with_project = ["--standalone", "--wrap=none", works, *about]
    pypandoc.convert_text("", "plain", "markdown", with_project, outputfile=folder / "results.bib")


def convert(folder, to, options, result):
    pypandoc.convert_file(folder / "notebooks.md", to, BOOK, options, outputfile=result)


def compile_typst(source, root, pdf):
    page = root / ".page.typ"
    page.write_text(source)
    typst.compile(page, output=pdf, root=root)
    page.unlink()


if __name__ == "__main__":
    folder, citation, subtitle = sys.argv[1:]
    render(Path(folder).resolve(), citation, subtitle)
