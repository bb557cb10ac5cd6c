import { arrow } from "@lib/figures/arrow.ts";
import {
  diagram,
  type Drawing,
  heading,
  rectangle,
  stroke,
  together,
  words,
} from "@lib/figures/diagram.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { INK, MEANING } from "@lib/figures/palette.ts";
import { bars, network, sign } from "@lib/figures/sketches.ts";

/**
 * How the pruning defense works (paper, Fig. 3): clean images show which channels are least active;
 * these are pruned first, one after the other, until clean accuracy has dropped too far.
 *
 * @returns The figure.
 * @example
 * ```ts
 * import { pruningSchematic } from "@lib/figures/pruning_schematic.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(pruningSchematic().layout.width, 800);
 * ```
 */
export function pruningSchematic(): Figure {
  return diagram(450, running(), measuring(), pruning(), watching());
}

/** Clean images go through the network. */
function running(): Drawing {
  return together(
    heading([16, 20], "1  Clean images through the network"),
    ...[0, 1, 2].map((index) => sign([24 + 12 * index, 60 + 14 * index], 56, index)),
    arrow([[116, 104], [152, 104]]),
    network({ x: 162, y: 52, width: 150, height: 104 }, MEANING.clean.color),
    words([88, 182], "clean images"),
    words([250, 182], "channels of the\nlast convolution"),
    arrow([[322, 104], [420, 104]]),
    words([368, 84], "how active\nis each?"),
  );
}

/** One bar a channel. */
function measuring(): Drawing {
  const area = { x: 440, y: 50, width: 330, height: 110 };
  const { drawing, feet } = bars(area, ACTIVATIONS, () => false, MEANING.clean.color);
  return together(
    heading([440, 20], "2  Mean activation of each channel"),
    drawing,
    ...feet.map(([x, y], channel) => words([x, y + 10], String(channel), { size: 11 })),
    words([605, 188], "channel"),
    arrow([[605, 200], [605, 212], [190, 212], [190, 228]]),
    words([400, 202], "sorted", { anchor: "center" }),
  );
}

/** The same bars sorted, the first few crossed out. */
function pruning(): Drawing {
  const order = [...ACTIVATIONS.keys()].sort((a, b) => ACTIVATIONS[a]! - ACTIVATIONS[b]!);
  const sorted = order.map((channel) => ACTIVATIONS[channel]!);
  const area = { x: 24, y: 284, width: 330, height: 100 };
  const { drawing, feet } = bars(area, sorted, (rank) => rank < PRUNED, MEANING.clean.color);
  return together(
    heading([16, 246], "3  Least active first, one after the other"),
    drawing,
    ...feet.map(([x, y], rank) => words([x, y + 10], String(order[rank]), { size: 11 })),
    words([90, 338], "pruned"),
    words([190, 414], "channel, in the order of pruning"),
    arrow([[366, 334], [426, 334]]),
    words([396, 316], "measure"),
  );
}

/** Accuracy along the pruned channels, and where it stops. */
function watching(): Drawing {
  const [left, right, top, bottom] = [456, 770, 280, 384];
  const threshold = 316;
  const line = (path: string, line: object): Drawing =>
    stroke(path, { fillcolor: "rgba(0,0,0,0)", line });
  const { clean, neutral } = MEANING;
  const curve =
    `M${left},296L520,297L570,299L610,304L640,${threshold}L670,336L700,358L740,376L770,381`;
  return together(
    heading([440, 246], "4  Until accuracy has dropped too far"),
    line(`M${left},${top}L${left},${bottom}L${right},${bottom}`, { color: INK, width: 1 }),
    line(`M${left},${threshold}L${right},${threshold}`, {
      ...{ color: neutral.color, width: 1.5, dash: "dash" },
    }),
    line(curve, { color: clean.color, width: 2.5 }),
    rectangle({ x: 634, y: threshold - 6, width: 12, height: 12 }, {
      ...{ type: "circle", line: { color: INK, width: 2 } },
    }),
    words([464, 284], "clean accuracy", { anchor: "left", color: clean.color }),
    words([464, 328], "threshold", { anchor: "left", color: neutral.color }),
    words([652, 303], "stop here", { anchor: "left" }),
    words([613, 396], "channels pruned"),
    arrow([[613, 408], [613, 434], [40, 434], [40, 406]]),
    words([450, 422], "not yet there: prune the next channel"),
  );
}

/** Of no network; channels of all degrees. */
const ACTIVATIONS = [0.62, 0.18, 0.85, 0.34, 0.95, 0.1, 0.5, 0.74, 0.26, 0.42];

/** So many bars are crossed out. */
const PRUNED = 4;
