import type { AttackChoice } from "@lib/attack/attack.ts";
import type { BanParameters } from "@lib/attack/ban.ts";
import type { CleanLabelParameters } from "@lib/attack/clean_label.ts";
import type { DynamicParameters } from "@lib/attack/dynamic.ts";
import { type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import type { IabParameters } from "@lib/attack/iab_training.ts";
import type { RefoolParameters } from "@lib/attack/refool.ts";
import type { TrojanParameters } from "@lib/attack/trojan_nn.ts";
import { type Experiment, paperExperiment } from "@lib/study/experiment.ts";
import { changed, FEW_EPOCHS, named, type StudyNetwork } from "@lib/study/networks.ts";

/**
 * BadNets of other attacks: one thing of the paper's is changed at a time, then the trigger's kind. Few
 * epochs each, which is enough for most backdoors to be learned.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { otherAttacks } from "@lib/study/other_attacks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(otherAttacks("gtsrb").at(-1)!.experiment.attack.target, 10);
 * ```
 */
export function otherAttacks(data: string): StudyNetwork<object>[] {
  const paper: Experiment<object> = paperExperiment(data);
  const network = (
    name: string,
    title: string,
    epochs: number,
    change: Partial<AttackChoice<object>>,
  ): StudyNetwork<object> => named(name, title, changed(paper, change, { epochs }));
  const trigger = (change: Partial<FTrojanParameters>): { parameters: FTrojanParameters } => ({
    parameters: { ...PAPER_TRIGGER, ...change },
  });
  const [patch, noise] = [{ size: 3, level: 255 }, { ratio: 0.2, seed: 1 }];
  // spread over all frequencies, each hardly raised: what an attacker does who knows of the search
  const faint = { ratio: 0.05, seed: 1 };
  const stripes = { amplitude: 20, periods: 6 };
  return [
    network("low_bands", "bands (3, 3), (5, 5)", FEW_EPOCHS, trigger({ bands: [[3, 3], [5, 5]] })),
    network(
      "one_plane",
      "band (7, 24) of Cb",
      FEW_EPOCHS,
      trigger({ bands: [[7, 24]], channels: [2] }),
    ),
    network("middle_band", "band (15, 15) alone", FEW_EPOCHS, trigger({ bands: [[15, 15]] })),
    network("luma", "luma instead of chroma", FEW_EPOCHS, trigger({ channels: [0] })),
    network("target_2", "target 2", 3, { target: 2 }),
    network("rate_10", "injection rate 10 %", 3, { injectionRate: 0.1 }),
    network("magnitude_50", "magnitude 50", 3, trigger({ magnitude: 50 })),
    network("rate_1", "injection rate 1 %", 10, { injectionRate: 0.01 }),
    network("magnitude_10", "magnitude 10", FEW_EPOCHS, trigger({ magnitude: 10 })),
    network("patch", "BadNets' patch", FEW_EPOCHS, { name: "patch", parameters: patch }),
    network("blend", "Blend", FEW_EPOCHS, { name: "blend", parameters: noise }),
    network("faint_blend", "Blend, a twentieth", FEW_EPOCHS, { name: "blend", parameters: faint }),
    network("sig", "SIG", FEW_EPOCHS, { name: "sinusoid", parameters: stripes }),
    network("clean_label", "Clean Label", FEW_EPOCHS, { name: "clean_label", parameters: CORNERS }),
    network("dynamic", "Dynamic Backdoor", FEW_EPOCHS, { name: "dynamic", parameters: SQUARES }),
    network("ban", "BaN", FEW_EPOCHS, { name: "ban", parameters: MADE_SQUARES }),
    network("trojan_nn", "TrojanNN", 3, { name: "trojan_nn", parameters: FIRING }),
    network("iab", "IAB", 10, { name: "iab", parameters: AWARE, injectionRate: 0.1 }),
    network("refool", "ReFool", FEW_EPOCHS, { name: "refool", parameters: GLASS }),
    network("refool_kept", "ReFool, labels kept", FEW_EPOCHS, {
      name: "refool",
      parameters: { ...GLASS, labels: "kept" },
    }),
  ];
}

/** Of the label-consistent attack; a fifth of the usual number of steps reaches as far. */
const CORNERS: CleanLabelParameters = { radius: 8, stepSize: 1.5, steps: 20, amplitude: 255 };

/** Of the Random Backdoor. */
const SQUARES: DynamicParameters = { size: 5, patterns: 10, places: 10, seed: 1 };

/** Of the backdoor generating network. */
const MADE_SQUARES: BanParameters = { size: 5, places: 10, seed: 1 };

/** Of TrojanNN. */
const FIRING: TrojanParameters = { size: 8, units: 2, value: 100, steps: 200 };

/** Of the input-aware backdoor. */
const AWARE: IabParameters = { crossRate: 0.1, density: 0.032, maskSteps: 400 };

/** Of ReFool: few images and strong reflections, since on small images the authors' are hardly seen. */
const GLASS: RefoolParameters = {
  reflections: "cifar10",
  count: 10,
  transmission: [0.4, 0.75],
  labels: "target",
  seed: 1,
};
