import { captioned, plainText } from "@lib/figures/caption.ts";
import type { Bundle } from "@lib/figures/display.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";

/**
 * All forms of a figure: live for JupyterLab, still for GitHub and HTML pages, and a few words.
 *
 * @param figure What to show.
 * @param caption Set below it in every form.
 * @returns `application/vnd.plotly.v1+json`, `image/svg+xml` and `text/plain`. JupyterLab draws
 * the first also in a notebook that it does not trust yet, where it leaves SVG out.
 * @example
 * ```ts
 * import { baseLayout } from "@lib/figures/figure.ts";
 * import { figureBundle } from "@lib/figures/figure_bundle.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const figure = { data: [{ name: "loss", y: [2, 1] }], layout: baseLayout({}) };
 * const bundle = await figureBundle(figure, "Figure 1. Loss.");
 * assertEquals(bundle["text/plain"], "Figure 1. Loss.\n  loss: 2 values, 1 to 2");
 * ```
 */
export async function figureBundle(figure: Figure, caption?: string): Promise<Bundle> {
  const still = await stillBundle(figure, caption);
  // Plotly's buttons would lie on the legend; dragging and double clicks zoom without them.
  const live = { ...captioned(figure, caption), config: { displayModeBar: false } };
  return { "application/vnd.plotly.v1+json": live, ...still };
}

/**
 * The still forms of a figure alone.
 *
 * @param figure What to show.
 * @param caption Set below it in both forms.
 * @returns `image/svg+xml` and `text/plain`.
 */
export async function stillBundle(figure: Figure, caption?: string): Promise<Bundle> {
  const svg = await renderSvg(captioned(figure, caption));
  return { "image/svg+xml": svg, "text/plain": figureText(figure, caption) };
}

/** A figure in words: its caption, what its axes are and what is drawn, a line for each. */
function figureText(figure: Figure, caption = "Figure"): string {
  const titles = Object.entries(figure.layout).flatMap(([name, value]) => {
    const text = /^[xy]axis/.test(name) && (value as { title?: { text?: string } }).title?.text;
    return text ? [`${name[0]}: ${text}`] : [];
  });
  const traces = figure.data.flatMap(({ name, z, y }) => {
    const all = ((z ?? y ?? []) as (number | null)[]).flat();
    const values = all.filter((value) => value !== null);
    if (values.length === 0 || name === undefined) return []; // such as the band around a line
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [`${name}: ${values.length} values, ${low} to ${high}`];
  });
  const notes = ((figure.layout.annotations ?? []) as { text: string }[]).map(({ text }) => text);
  const labels = notes.length > 0 ? [[...new Set(notes)].join(", ")] : [];
  return [caption, ...[...new Set(titles), ...traces, ...labels].map(plainText)].join("\n  ");
}
