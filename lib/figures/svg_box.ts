import { DOMMatrix, DOMPoint } from "@napi-rs/canvas";
import { textWidth } from "@lib/figures/text_width.ts";

/** A rectangle in pixels, with both names of its corners that browsers use. */
export type Box = Record<"x" | "y" | "width" | "height", number> & Edges;
type Edges = Record<"left" | "top" | "right" | "bottom", number>;

/** Of the DOM's elements, what measuring needs: jsdom's and a parsed file's both have it. */
export interface SvgElement {
  nodeName: string;
  parentNode: SvgElement | null;
  childNodes: ArrayLike<SvgElement>;
  textContent: string | null;
  getAttribute?(name: string): string | null;
}

/**
 * What a browser's `getBBox` gives: the box around an element's texts, rectangles and images in its
 * own coordinates. Paths have none: Plotly measures labels only.
 *
 * @param element Of an SVG document.
 * @returns An empty box at the origin if nothing in it has a size.
 */
export function ownBox(element: SvgElement): Box {
  return around(corners(element, new DOMMatrix()));
}

/**
 * What a browser's `getBoundingClientRect` gives: the box in the coordinates of the outermost
 * element, with the transforms of everything around it.
 *
 * @param element Of an SVG document.
 * @returns An empty box at the origin if nothing in it has a size.
 */
export function pageBox(element: SvgElement): Box {
  let matrix = new DOMMatrix();
  for (let node: SvgElement | null = element; node?.getAttribute; node = node.parentNode) {
    matrix = transformOf(node).multiply(matrix);
  }
  return around(corners(element, matrix));
}

/** The width of an element's text in pixels: `getComputedTextLength`. */
export function textLength(element: SvgElement): number {
  if (element.nodeName === "#text") {
    const weight = inherited(element, "font-weight") ?? "normal";
    const isBold = weight === "bold" || Number(weight) >= 600;
    return textWidth(element.textContent ?? "", fontSize(element), isBold);
  }
  return Array.from(element.childNodes).reduce((sum, child) => sum + textLength(child), 0);
}

function corners(element: SvgElement, matrix: DOMMatrix): DOMPoint[] {
  if (element.nodeName === "text") {
    // Plotly sets a text of several lines as tspans of class "line", each with its own position.
    const spans = Array.from(element.childNodes).filter((child) => child.getAttribute?.("dy"));
    return (spans.length > 0 ? spans : [element]).flatMap((line) => {
      const size = fontSize(line);
      const [width, x] = [textLength(line), number(line, "x", number(element, "x"))];
      const anchor = inherited(line, "text-anchor") ?? "start";
      const left = x - width * (anchor === "middle" ? 0.5 : anchor === "end" ? 1 : 0);
      const shift = parseFloat(line.getAttribute?.("dy") ?? "0") * size;
      const baseline = number(line, "y", number(element, "y")) + shift;
      // Ascent and descent of DejaVu Sans: what browsers take a line of text to cover.
      return rectangle(left, baseline - 0.93 * size, width, 1.17 * size, matrix);
    });
  }
  if (element.nodeName === "rect" || element.nodeName === "image") {
    const [x, y] = [number(element, "x"), number(element, "y")];
    return rectangle(x, y, number(element, "width"), number(element, "height"), matrix);
  }
  return Array.from(element.childNodes).filter((child) => child.getAttribute)
    .flatMap((child) => corners(child, matrix.multiply(transformOf(child))));
}

function rectangle(x: number, y: number, w: number, h: number, matrix: DOMMatrix): DOMPoint[] {
  return [[x, y], [x + w, y], [x, y + h], [x + w, y + h]]
    .map(([px, py]) => matrix.transformPoint(new DOMPoint(px, py)));
}

function around(points: DOMPoint[]): Box {
  const some = points.length > 0 ? points : [new DOMPoint(0, 0)];
  const [xs, ys] = [some.map(({ x }) => x), some.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  return { x: left, y: top, width: right - left, height: bottom - top, left, top, right, bottom };
}

function transformOf(element: SvgElement): DOMMatrix {
  let matrix = new DOMMatrix();
  const steps = (element.getAttribute?.("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g);
  for (const [, name, list] of steps) {
    const [a = 0, b = 0, c = 0] = list!.split(/[\s,]+/).map(Number);
    if (name === "translate") matrix = matrix.translate(a, b);
    if (name === "scale") matrix = matrix.scale(a, b || a);
    if (name === "rotate") matrix = matrix.translate(b, c).rotate(a).translate(-b, -c);
  }
  return matrix;
}

/** A property of an element or the nearest one around it, from its style or its attribute. */
function inherited(element: SvgElement | null, name: string): string | undefined {
  for (let node = element; node; node = node.parentNode) {
    const style = node.getAttribute?.("style")?.match(new RegExp(`(?:^|[;\\s])${name}:([^;]+)`));
    const value = style?.[1] ?? node.getAttribute?.(name);
    if (value) return value.trim();
  }
}

const fontSize = (element: SvgElement): number =>
  parseFloat(inherited(element, "font-size") ?? "12");

const number = (element: SvgElement, name: string, otherwise = 0): number =>
  Number(element.getAttribute?.(name) ?? otherwise);
