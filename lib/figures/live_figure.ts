import { display, inNotebook } from "@lib/figures/display.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { stillBundle } from "@lib/figures/figure_bundle.ts";
import { show, type ShowOptions } from "@lib/figures/show.ts";

/** A figure that changes while work goes on. */
export interface LiveFigure {
  /** Draws it anew in its place. */
  update(figure: Figure): Promise<void>;
  /** Draws it for the last time, with all the forms that a figure has. */
  finish(figure: Figure): Promise<void>;
}

/**
 * Begins a figure that is redrawn in one place, such as the course of a training. While work goes on
 * it is a still picture, since JupyterLab does not redraw a live one; at the end it comes alive.
 * Outside a notebook only its end is shown.
 *
 * @param options Its caption, and a file to keep its last state in.
 * @returns The figure's two functions; nothing shows before the first call.
 * @example
 * ```ts
 * import { liveFigure } from "@lib/figures/live_figure.ts";
 * import { trainingCurves } from "@lib/figures/training_curves.ts";
 *
 * const live = liveFigure({ caption: "Figure 2. Training." });
 * const epochs = [{ loss: 1.2, rates: { cleanAccuracy: 0.7, attackSuccess: 0.9 } }];
 * await live.update(trainingCurves(epochs, 2));
 * epochs.push({ loss: 0.6, rates: { cleanAccuracy: 0.9, attackSuccess: 0.98 } });
 * await live.finish(trainingCurves(epochs, 2));
 * ```
 */
export function liveFigure(options: ShowOptions = {}): LiveFigure {
  const id = crypto.randomUUID();
  let replace = false;
  return {
    async update(figure: Figure): Promise<void> {
      if (!inNotebook()) return;
      await display(await stillBundle(figure, options.caption), { id, replace });
      replace = true;
    },
    finish: (figure: Figure): Promise<void> => show(figure, options, { id, replace }),
  };
}
