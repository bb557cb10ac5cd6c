import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { JSDOM } from "jsdom";
import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { ROOT } from "@lib/environment.ts";
import { ownBox, pageBox, type SvgElement, textLength } from "@lib/figures/svg_box.ts";

/** A window without a browser, in which Plotly has been loaded. */
export interface PlotlyWindow {
  JSON: typeof JSON;
  Plotly: { toImage(figure: unknown, options: object): Promise<string> };
  DOMParser: new () => { parseFromString(text: string, type: string): SvgDocument };
  XMLSerializer: new () => { serializeToString(node: unknown): string };
}

/** A parsed SVG, as far as this project looks into it. */
export interface SvgDocument {
  documentElement: ChangeableElement;
  querySelectorAll(selector: string): Iterable<ChangeableElement>;
}

/** An element of it that can be changed. */
export interface ChangeableElement extends SvgElement {
  childElementCount: number;
  attributes: Iterable<{ name: string; value: string }>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
  replaceWith(...nodes: SvgElement[]): void;
}

/**
 * The one window in which figures are drawn, made when first asked for (about a second): jsdom with
 * what it lacks for Plotly, which is measured text and canvases. Plotly is evaluated inside it, so
 * that no browser name becomes visible to the notebook.
 *
 * @returns The same window each time.
 */
export function plotlyWindow(): PlotlyWindow {
  return loaded ??= load();
}

let loaded: PlotlyWindow | undefined;

/** Plotly as V8 has compiled it, which saves half a second of the first figure; the set-up makes it. */
export const COMPILED_PLOTLY: string = `${ROOT}/.setup/plotly.bin`;

/**
 * Plotly as V8 compiles it, with the functions that a figure needs.
 *
 * @param draw Draws one.
 * @returns What goes into {@link COMPILED_PLOTLY}; V8 takes it for the same Plotly and Deno only.
 */
export async function compiledPlotly(draw: () => Promise<unknown>): Promise<Uint8Array> {
  await draw();
  return code!.createCachedData();
}

let code: Script | undefined;

function load(): PlotlyWindow {
  const dom = new JSDOM("<!DOCTYPE html>", { runScripts: "outside-only" });
  const { window } = dom;
  Object.assign(window, { TextEncoder, TextDecoder, CSS: { supports: () => true } });
  // Plotly's map part makes the address of a worker when it is loaded; no worker is ever started.
  window.URL.createObjectURL = () => "blob:";
  Object.assign(window.SVGElement.prototype, {
    getBBox: measured(ownBox),
    getBoundingClientRect: measured(pageBox),
    getComputedTextLength: measured(textLength),
  });
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvas, kind: string): SKRSContext2D | null {
      return kind === "2d" ? canvasOf(this).getContext("2d") : null;
    },
    toDataURL(this: HTMLCanvas): string {
      return canvasOf(this).toDataURL("image/png");
    },
  });
  const file = createRequire(import.meta.url).resolve("plotly.js-dist");
  code = new Script(Deno.readTextFileSync(file), { filename: file, ...compiledBefore() });
  code.runInContext(dom.getInternalVMContext());
  return window as unknown as PlotlyWindow;
}

function compiledBefore(): { cachedData?: Buffer } {
  try {
    return { cachedData: Buffer.from(Deno.readFileSync(COMPILED_PLOTLY)) };
  } catch {
    return {}; // then V8 compiles it anew
  }
}

/** As a method, which finds its element in `this`. */
function measured<T>(measure: (element: SvgElement) => T): (this: SvgElement) => T {
  return function (): T {
    return measure(this);
  };
}

interface HTMLCanvas {
  width: number;
  height: number;
  drawing?: Canvas;
}

/** Plotly sets an element's size before it draws on it, once. */
function canvasOf(element: HTMLCanvas): Canvas {
  return element.drawing ??= createCanvas(element.width, element.height);
}
