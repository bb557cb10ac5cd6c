/**
 * Everything that notebooks use, in one import. Each name is explained where it is defined.
 *
 * @module
 */
export * from "@lib/attack/band_shift.ts";
export * from "@lib/attack/colour.ts";
export * from "@lib/attack/dct.ts";
export * from "@lib/attack/ftrojan.ts";
export * from "@lib/attack/poison.ts";
export * from "@lib/attack/similarity.ts";
export * from "@lib/attack/trigger.ts";
export * from "@lib/bad_net.ts";
export * from "@lib/data/gtsrb_archives.ts";
export * from "@lib/data/image_file.ts";
export * from "@lib/data/labelled_images.ts";
export * from "@lib/data/splits.ts";
export * from "@lib/data/synthetic_signs.ts";
export * from "@lib/dataset.ts";
export * from "@lib/defense/activations.ts";
export * from "@lib/defense/contributions.ts";
export * from "@lib/defense/evidence.ts";
export * from "@lib/defense/front.ts";
export * from "@lib/defense/greedy.ts";
export * from "@lib/defense/intervals.ts";
export * from "@lib/defense/measure.ts";
export * from "@lib/defense/pruning_counts.ts";
export * from "@lib/defense/pruning_curve.ts";
export * from "@lib/defense/pruning_steps.ts";
export * from "@lib/defense/ranking.ts";
export * from "@lib/defense/repair.ts";
export * from "@lib/defense/small_network.ts";
export * from "@lib/defense/weight_rankings.ts";
export * from "@lib/experiment.ts";
export * from "@lib/figures/activation_bars.ts";
export * from "@lib/figures/front.ts";
export * from "@lib/figures/image_grid.ts";
export * from "@lib/figures/pruning_curve.ts";
export * from "@lib/figures/pruning_slider.ts";
export * from "@lib/figures/repaired_models.ts";
export * from "@lib/figures/scatter_activations.ts";
export * from "@lib/figures/show.ts";
export * from "@lib/figures/spectrum.ts";
export * from "@lib/figures/table_csv.ts";
export * from "@lib/figures/live_progress.ts";
export * from "@lib/files.ts";
export * from "@lib/laboratory.ts";
export * from "@lib/network/evaluate.ts";
export * from "@lib/network/network_file.ts";
export * from "@lib/network/paper_cnn.ts";
export * from "@lib/notebook.ts";
export * from "@lib/paper.ts";
export * from "@lib/random.ts";
export * from "@lib/study.ts";
export * from "@lib/summary.ts";
