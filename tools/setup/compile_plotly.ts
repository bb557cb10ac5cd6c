/**
 * Keeps Plotly as V8 compiles it, so that a notebook's first figure comes sooner.
 *
 * @module
 */
import { attackSchematic } from "@lib/figures/attack_schematic.ts";
import { COMPILED_PLOTLY, compiledPlotly } from "@lib/figures/plotly_window.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import { writeWhole } from "@lib/files.ts";

await writeWhole(COMPILED_PLOTLY, await compiledPlotly(() => renderSvg(attackSchematic())));
