import { arrow } from "@lib/figures/arrow.ts";
import { diagram, type Drawing, rectangle, together, words } from "@lib/figures/diagram.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { faint, INK, MEANING } from "@lib/figures/palette.ts";

/**
 * The road map: data are attacked, which makes a BadNet; a defense takes it and clean images and gives
 * repaired networks, with the trigger known or not; what comes out is measured in rates.
 *
 * @returns The figure.
 * @example
 * ```ts
 * import { pipelineSchematic } from "@lib/figures/pipeline_schematic.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { layout } = pipelineSchematic();
 * const texts = (layout.annotations as { text: string }[]).map(({ text }) => text);
 * assert(texts.includes("<b>BadNet</b>"));
 * ```
 */
export function pipelineSchematic(): Figure {
  return diagram(400, frames(), ways(), ...Object.values(STATIONS).map(stationBox));
}

function stationBox({ x, y, name, color }: StationPlace): Drawing {
  const area = { x, y, width: WIDTH, height: HEIGHT };
  return together(
    rectangle(area, { line: { color: "#ffffff", width: 0 } }), // hides what passes behind
    rectangle(area, { fillcolor: faint(color, 0.1), line: { color, width: 1.5 } }),
    words([x + WIDTH / 2, y + HEIGHT / 2], name, { bold: true }),
  );
}

/** The defense and its two lanes. */
function frames(): Drawing {
  const outline = { color: INK, width: 1.5 };
  const lane = { fillcolor: "#f4f4f4", line: { color: "#f4f4f4", width: 0 } };
  return together(
    rectangle({ x: 12, y: 136, width: 614, height: 256 }, { line: outline }),
    rectangle({ x: 20, y: 168, width: 598, height: 102 }, lane),
    rectangle({ x: 20, y: 280, width: 598, height: 102 }, lane),
    words([24, 153], "defense", { size: 13, bold: true, anchor: "left" }),
    words([28, 184], "pruning, as in the paper: in an order of the channels", LEFT),
    words([28, 296], "without the trigger: from clean images alone", LEFT),
  );
}

/** All arrows, with what goes along them. */
function ways(): Drawing {
  const { data, attack, badNet, evidence, ranking, curve, repaired, recovery, verdict, repair } =
    STATIONS;
  const between = (from: StationPlace, to: StationPlace): Drawing =>
    arrow([[from.x + WIDTH + 2, from.y + HEIGHT / 2], [to.x - 2, to.y + HEIGHT / 2]]);
  const { rates } = STATIONS;
  return together(
    between(data, attack),
    between(attack, badNet),
    arrow([[data.x + 60, data.y + HEIGHT], [data.x + 60, 134]]),
    words([data.x + 68, 120], "clean images", LEFT),
    arrow([[badNet.x + 60, badNet.y + HEIGHT], [badNet.x + 60, 134]]),
    words([badNet.x + 68, 120], "network", LEFT),
    arrow([[attack.x + 60, attack.y], [attack.x + 60, 16], [rates.x + 60, 16], [
      rates.x + 60,
      rates.y - 2,
    ]], MEANING.attack.color),
    words([rates.x + 56, 66], "trigger, for\nthe test images", { anchor: "right" }),
    between(evidence, ranking),
    between(ranking, curve),
    between(curve, repaired),
    between(recovery, verdict),
    between(verdict, repair),
    arrow([[repaired.x + WIDTH + 2, 227], [640, 227], [640, 268], [rates.x - 2, 268]]),
    arrow([[repair.x + WIDTH + 2, 339], [640, 339], [640, 282], [rates.x - 2, 282]]),
    words([rates.x + 60, 330], "clean accuracy\nattack success\nrobust accuracy"),
  );
}

/** A station's upper left corner, and what its box says. */
interface StationPlace {
  x: number;
  y: number;
  name: string;
  color: string;
}

/** All boxes are as large, in pixels. */
const [WIDTH, HEIGHT] = [128, 52];

const STATIONS = {
  data: { x: 28, y: 40, name: "data", color: MEANING.clean.color },
  attack: { x: 230, y: 40, name: "attack", color: MEANING.attack.color },
  badNet: { x: 432, y: 40, name: "BadNet", color: MEANING.attack.color },
  evidence: { x: 28, y: 201, name: "evidence", color: INK },
  ranking: { x: 180, y: 201, name: "ranking", color: INK },
  curve: { x: 332, y: 201, name: "exact curve", color: INK },
  repaired: { x: 484, y: 201, name: "repaired models", color: MEANING.truth.color },
  recovery: { x: 28, y: 313, name: "recovery", color: INK },
  verdict: { x: 256, y: 313, name: "verdict", color: INK },
  repair: { x: 484, y: 313, name: "repair", color: MEANING.truth.color },
  rates: { x: 660, y: 249, name: "rates", color: INK },
} as const satisfies Record<string, StationPlace>;

const LEFT = { anchor: "left" } as const;
