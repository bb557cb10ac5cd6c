/** The forms of one output, by MIME type; a reader's program shows the richest it knows. */
export type Bundle = { "text/plain": string } & Record<string, string | object>;

/** Under which name an output can be replaced later, and whether it replaces the one before. */
export interface Live {
  id: string;
  replace: boolean;
}

/** Whether this code runs in a notebook's kernel: elsewhere `Deno.jupyter` throws. */
export function inNotebook(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false;
  }
}

/**
 * Shows an output under the running cell, or its plain text on the console outside a notebook.
 *
 * @param bundle The output's forms.
 * @param live Of an output that is rewritten in its place.
 * @example
 * ```ts
 * import { display } from "@lib/figures/display.ts";
 *
 * await display({ "text/plain": "97.2 %", "text/markdown": "**97.2 %**" });
 * ```
 */
export async function display(bundle: Bundle, live?: Live): Promise<void> {
  if (!inNotebook()) return console.log(bundle["text/plain"]);
  await Deno.jupyter.broadcast(live?.replace ? "update_display_data" : "display_data", {
    data: bundle,
    metadata: {},
    transient: live ? { display_id: live.id } : {},
  });
  // The kernel sends outputs from another thread, and a cell's end may overtake the last of them.
  await new Promise((resolve) => setTimeout(resolve, 20));
}
