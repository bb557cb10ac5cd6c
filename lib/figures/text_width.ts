import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { FONT_FAMILY } from "@lib/figures/figure.ts";

/**
 * The measured width of one line of text in the figures' font.
 *
 * @param text One line, plain.
 * @param size Font size in pixels.
 * @param bold Whether it is set in bold.
 * @returns Width in pixels; an estimate where the machine has no fonts at all.
 * @example
 * ```ts
 * import { textWidth } from "@lib/figures/text_width.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * assert(textWidth("attack success", 12) > textWidth("attack", 12));
 * ```
 */
export function textWidth(text: string, size: number, bold = false): number {
  context ??= createCanvas(1, 1).getContext("2d");
  context.font = `${bold ? "bold " : ""}${size}px ${FONT_FAMILY}`;
  return context.measureText(text).width || text.length * size * MEAN_LETTER;
}

/**
 * Breaks a text into lines at its spaces, so that none is wider than it may be.
 *
 * @param text Plain text; its own line breaks are kept.
 * @param width What a line may measure, in pixels.
 * @param size Font size in pixels.
 * @returns The lines; a single word that is too wide stays whole.
 * @example
 * ```ts
 * import { wrapText } from "@lib/figures/text_width.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(wrapText("clean accuracy", 60, 12), ["clean", "accuracy"]);
 * ```
 */
export function wrapText(text: string, width: number, size: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}

/** A letter's mean width in DejaVu Sans and Verdana, in font sizes. */
const MEAN_LETTER = 0.56;

let context: SKRSContext2D | undefined;
