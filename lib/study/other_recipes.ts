import { paperExperiment } from "@lib/study/experiment.ts";
import { changed, named, type StudyNetwork } from "@lib/study/networks.ts";

/**
 * The paper's BadNet with one thing of the training changed each: what of its accuracy the recipe decides.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { otherRecipes } from "@lib/study/other_recipes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(otherRecipes("cifar10")[0]!.experiment.recipe.weightDecay, 1e-4);
 * ```
 */
export function otherRecipes(data: string): StudyNetwork[] {
  const paper = paperExperiment(data);
  const { epochs } = paper.recipe;
  const other = (name: string, title: string, change: Partial<typeof paper.recipe>): StudyNetwork =>
    named(name, title, changed(paper, {}, change));
  const longer = (name: string, factor: number): StudyNetwork => {
    const more = Math.ceil(factor * epochs);
    return other(name, `${more} epochs instead of ${epochs}`, { epochs: more });
  };
  return [
    other("weight_decay", "weight decay 1e-4 instead of 1e-6", { weightDecay: 1e-4 }),
    other("lower_rate", "learning rate 0.0001 instead of 0.0005", { learningRate: 1e-4 }),
    longer("more_epochs", 1.5),
    longer("most_epochs", 3),
  ];
}
