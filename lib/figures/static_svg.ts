import { createHash } from "node:crypto";
import { type Fields, type Figure, FONT_FAMILY } from "@lib/figures/figure.ts";
import { plotlyWindow } from "@lib/figures/plotly_window.ts";
import type { ChangeableElement, SvgDocument } from "@lib/figures/plotly_window.ts";

/**
 * Draws a figure as a still picture, without a browser: Plotly itself under jsdom. The first takes
 * about two seconds, later ones a tenth. The same figure always gives the same text.
 *
 * @param figure What to draw.
 * @returns An SVG document of the figure's size, stripped of what does not show.
 * @throws {Error} If Plotly does not draw it.
 * @example
 * ```ts
 * import { axis, baseLayout } from "@lib/figures/figure.ts";
 * import { renderSvg } from "@lib/figures/static_svg.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const layout = baseLayout({ xaxis: axis("epoch") });
 * const svg = await renderSvg({ data: [{ x: [1, 2], y: [0.5, 0.2] }], layout });
 * assert(svg.startsWith("<svg") && svg.includes("epoch</text>"));
 * ```
 */
export async function renderSvg(figure: Figure): Promise<string> {
  const window = plotlyWindow();
  const json = JSON.stringify(figure);
  const { width, height } = figure.layout;
  const inCells = JSON.stringify({ ...figure, data: figure.data.map(withCells) });
  // Plotly tells arrays and objects apart by its own window's classes: a copy made there has them.
  const options = { format: "svg", imageDataOnly: true, width, height };
  const drawn = await window.Plotly.toImage(window.JSON.parse(inCells), options);
  const document = new window.DOMParser().parseFromString(drawn, "image/svg+xml");
  strip(document);
  const text = new window.XMLSerializer().serializeToString(document.documentElement);
  return renamed(text, createHash("sha256").update(json).digest("hex").slice(0, 8));
}

/**
 * Plotly would draw a heatmap as a picture with one pixel a cell, for the viewer to enlarge, and librsvg blurs
 * it. With a gap between cells, be it invisible, Plotly draws them in full size.
 */
const withCells = (trace: Fields): Fields =>
  trace.type === "heatmap" ? { ...trace, xgap: 1e-6, ygap: 1e-6 } : trace;

/** Plotly names clips at random; pictures on one page must not share names, nor change in vain. */
function renamed(svg: string, prefix: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  const names = new Map(ids.map((id, index) => [id, `${prefix}-${index}`]));
  return svg.replace(
    /( id="|#)([\w-]+)(?=["')])/g,
    (whole, before, id) => names.has(id) ? before + names.get(id) : whole,
  );
}

/** Takes out what is invisible or said twice: three quarters of Plotly's text. */
function strip(document: SvgDocument): void {
  document.documentElement.setAttribute("font-family", FONT_FAMILY);
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["class", "pointer-events", "data-notex"]) element.removeAttribute(name);
    for (const { name, value } of [...element.attributes]) {
      const short = name === "style" ? shortStyle(value) : shortNumbers(name, value);
      if (short === "") element.removeAttribute(name);
      else if (short !== value) element.setAttribute(name, short);
    }
  }
  // Lines have their own shift; librsvg would add the text's to that of the first one.
  for (const line of document.querySelectorAll("text[dy] > tspan[dy]")) {
    (line.parentNode as ChangeableElement).removeAttribute("dy");
  }
  const values = [...document.querySelectorAll("*")]
    .flatMap((element) => Array.from(element.attributes, ({ value }) => value));
  const used = new Set(values.flatMap((value) => value.match(/(?<=url\("?#)[^")]+/g) ?? []));
  for (const clip of document.querySelectorAll("clipPath")) {
    if (!used.has(clip.getAttribute?.("id") ?? "")) clip.remove();
  }
  // From the innermost outwards, so that a group of empty groups goes as well.
  for (const element of [...document.querySelectorAll("g, defs, path, rect")].reverse()) {
    const isGroup = element.nodeName === "g" || element.nodeName === "defs";
    if (isGroup ? element.childElementCount === 0 : !drawsSomething(element)) element.remove();
    else if (element.nodeName === "g" && [...element.attributes].length === 0) {
      element.replaceWith(...Array.from(element.childNodes));
    }
  }
}

function drawsSomething(shape: ChangeableElement): boolean {
  const style = shape.getAttribute?.("style") ?? "";
  if (/fill-opacity:0(?![.\d])/.test(style) && !style.includes("stroke:")) return false;
  const path = shape.getAttribute?.("d") ?? "";
  if (shape.nodeName === "rect") return shape.getAttribute?.("width") !== "0";
  return path !== "" && path !== "M0,0";
}

/** Styles that are SVG's own defaults, or said once for the whole picture. */
const NEEDLESS = new Set([
  "opacity:1",
  "fill-opacity:1",
  "stroke-opacity:1",
  "stroke-miterlimit:2",
  "vector-effect:none",
  "white-space:pre",
  `font-family:${FONT_FAMILY}`,
]);

function shortStyle(style: string): string {
  return style.split(/;\s*/).map((part) => part.replace(/:\s+/, ":").trim())
    .filter((part) => part !== "" && !NEEDLESS.has(part))
    .filter((part) => part !== "stroke-width:0px" || style.includes("stroke:"))
    .map((part) => part.replace(/rgb\((\d+), (\d+), (\d+)\)/g, hexColour)).join(";");
}

const hexColour = (_: string, ...channels: string[]): string =>
  "#" + channels.slice(0, 3).map((c) => Number(c).toString(16).padStart(2, "0")).join("");

function shortNumbers(name: string, value: string): string {
  if (!["d", "x", "y", "width", "height", "transform"].includes(name)) return value;
  return value.replace(/-?\d+\.\d{3,}/g, (long) => String(Number(Number(long).toFixed(2))));
}
