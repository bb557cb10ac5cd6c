import {
  badNets,
  cleanNetworks,
  controls,
  otherArchitectures,
  type StudyNetwork,
} from "@lib/study/networks.ts";
import { otherAttacks } from "@lib/study/other_attacks.ts";
import { otherRecipes } from "@lib/study/other_recipes.ts";

/**
 * All networks of the study.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 */
export function studyNetworks(data: string): StudyNetwork<object>[] {
  return [badNets, controls, otherAttacks, otherArchitectures, otherRecipes, cleanNetworks]
    .flatMap((list) => list(data));
}
