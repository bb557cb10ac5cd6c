import {
  badNets,
  cleanNetworks,
  controls,
  otherArchitectures,
  type StudyNetwork,
} from "@lib/study/networks.ts";
import { otherAttacks } from "@lib/study/other_attacks.ts";
import { otherRecipes } from "@lib/study/other_recipes.ts";

/** Something of each network of the study, by the study's parts. */
export interface StudyParts<Each> {
  /** The BadNets of all seeds, and the controls. */
  recovery: Each[];
  /** Other attacks. */
  generality: Each[];
  /** BadNets of other architectures, and a clean network of each. */
  architectures: Each[];
  /** BadNets of other trainings. */
  recipes: Each[];
  /** Networks from clean images alone. */
  clean: Each[];
}

/**
 * The networks of the study by its parts.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 */
export function studyParts(data: string): StudyParts<StudyNetwork<object>> {
  return {
    recovery: [...badNets(data), ...controls(data)],
    generality: otherAttacks(data),
    architectures: otherArchitectures(data),
    recipes: otherRecipes(data),
    clean: cleanNetworks(data),
  };
}

/**
 * All networks of the study.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 */
export function studyNetworks(data: string): StudyNetwork<object>[] {
  return Object.values(studyParts(data)).flat();
}
