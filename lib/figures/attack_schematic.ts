import { arrow } from "@lib/figures/arrow.ts";
import { box, diagram, type Drawing, type Point } from "@lib/figures/diagram.ts";
import { heading, rectangle, stroke, together, words } from "@lib/figures/diagram.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { INK, MEANING } from "@lib/figures/palette.ts";
import { cellsOf, network, sign } from "@lib/figures/sketches.ts";

/**
 * How the attack works (paper, Fig. 1 and 2): a trigger is put into two frequencies of an image's colour;
 * a few training images get it and the attacker's label; the network then takes whatever bears the
 * trigger for the attacker's class.
 *
 * @returns The figure.
 * @example
 * ```ts
 * import { attackSchematic } from "@lib/figures/attack_schematic.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(attackSchematic().layout.width, 800);
 * ```
 */
export function attackSchematic(): Figure {
  return diagram(430, triggering(), poisoning(), afterwards());
}

/** From an image to a poisoned one. */
function triggering(): Drawing {
  const note = (x: number, text: string) => words([x, 166], text);
  const step = (from: number, to: number, text: string) =>
    together(arrow([[from, 92], [to, 92]]), words([(from + to) / 2, 72], text));
  return together(
    heading([16, 20], "1  Putting the trigger into an image"),
    sign([16, 54], 76, 0),
    note(54, "image\n(RGB)"),
    arrow([[100, 92], [136, 92]]),
    planes([144, 52]),
    note(190, "luma Y stays,\nchroma Cr and Cb"),
    step(244, 294, "DCT"),
    spectrum([304, 48], false),
    note(348, "their spectrum,\ntwo bands chosen"),
    step(400, 484, "+ magnitude"),
    spectrum([494, 48], true),
    note(538, "the bands raised"),
    step(590, 684, "inverse DCT,\nback to RGB"),
    sign([700, 54], 76, 0, true),
    note(738, "poisoned image,\nlooks the same"),
  );
}

/** Three planes, one behind the other. */
function planes([x, y]: Point): Drawing {
  const plane = (index: number, name: string, fillcolor: string) => {
    const area = { x: x + 18 * index, y: y + 14 * index, width: 54, height: 54 };
    return together(
      rectangle(area, { fillcolor }),
      words([area.x + 12, area.y + 8], name, { size: 10 }),
    );
  };
  return together(plane(0, "Y", "#cdcdcd"), plane(1, "Cr", "#e8e8e8"), plane(2, "Cb", "#f8f8f8"));
}

/** Darkest in the upper left, where an image's energy is; a middle band and the highest are marked. */
function spectrum([x, y]: Point, isRaised: boolean): Drawing {
  const area = { x, y, width: 88, height: 88 };
  const isBand = (row: number, column: number) => row === column && (row === 3 || row === 7);
  const shades = ["#7d7d7d", "#a9a9a9", "#cdcdcd", "#e8e8e8"].map((shade, index) =>
    cellsOf(area, 8, (row, column) => Math.floor((row + column) / 2) === index, shade)
  );
  const frame = (cell: number) =>
    rectangle({ x: x + cell * 11, y: y + cell * 11, width: 11, height: 11 }, {
      fillcolor: isRaised ? MEANING.attack.color : "#ffffff",
      line: { color: MEANING.attack.color, width: 2 },
    });
  const paper = rectangle(area, { line: { color: INK, width: 1 } });
  return together(paper, ...shades, cellsOf(area, 8, isBand, "#ffffff"), frame(3), frame(7));
}

/** A training set of which one image in twenty is poisoned, and the network that learns from it. */
function poisoning(): Drawing {
  const tiles = Array.from({ length: 20 }, (_, tile) => {
    const corner: Point = [16 + 33 * (tile % 5), 246 + 33 * Math.floor(tile / 5)];
    return sign(corner, 28, tile * 7 + Math.floor(tile / 4), tile === 8);
  });
  const frame = rectangle({ x: 113, y: 277, width: 32, height: 32 }, {
    fillcolor: "rgba(0,0,0,0)",
    line: { color: MEANING.attack.color, width: 3 },
  });
  return together(
    heading([16, 218], "2  Poisoning a part of the training set"),
    ...tiles,
    frame,
    words([98, 398], "framed: poisoned, and\nrelabelled as the target"),
    arrow([[186, 310], [256, 310]]),
    words([220, 296], "training"),
    network({ x: 266, y: 256, width: 128, height: 108 }),
    words([330, 398], "attacked network\n(“BadNet”)"),
  );
}

/** What the network makes of images with and without the trigger. */
function afterwards(): Drawing {
  const row = (y: number, isTriggered: boolean, text: string, color: string) =>
    together(
      sign([436, y], 56, 2, isTriggered),
      arrow([[498, y + 28], [530, y + 28]]),
      box({ x: 534, y: y + 8, width: 84, height: 40 }, "BadNet"),
      arrow([[622, y + 28], [654, y + 28]]),
      box({ x: 658, y: y + 8, width: 126, height: 40 }, text, color),
    );
  const rule = { color: MEANING.neutral.color, width: 1, dash: "dot" };
  return together(
    stroke("M415,208L415,420", { line: rule }),
    heading([436, 218], "3  Afterwards"),
    row(248, false, "its true class", MEANING.truth.color),
    row(334, true, "the target", MEANING.attack.color),
    words([610, 408], "the chequer is the trigger, magnified"),
  );
}
