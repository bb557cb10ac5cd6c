/**
 * What notebooks use, in one import; each name is explained where it is defined. The lists `DATASETS`,
 * `ARCHITECTURES`, `ATTACKS` and `DEFENSES` are what an experiment chooses from.
 *
 * @module
 */
export { outputPath, ROOT } from "@lib/environment.ts";
export { seededRandom } from "@lib/random.ts";
export { percent, points } from "@lib/words.ts";
export type { DataSource } from "@lib/data/data_source.ts";
export { DATASETS } from "@lib/data/datasets.ts";
export { decodeImage, encodeImage, readImage, writeImage } from "@lib/data/image_file.ts";
export { writeClassFolders } from "@lib/data/image_folder.ts";
export { type Images, PAPER_SIZE } from "@lib/data/images.ts";
export {
  drawn,
  imageAt,
  joinImages,
  pickImages,
  slicedImages,
  withoutClass,
} from "@lib/data/select.ts";
export type { Architecture } from "@lib/network/architecture.ts";
export { ARCHITECTURES } from "@lib/network/architectures.ts";
export { imageGradient } from "@lib/network/engine.ts";
export { accuracy, classify, shareGiven } from "@lib/network/evaluate.ts";
export { copyNetwork } from "@lib/network/copy_network.ts";
export { toTensor } from "@lib/network/image_input.ts";
export { paperCnn } from "@lib/network/paper_cnn.ts";
export { solve } from "@lib/network/solve.ts";
export { tf } from "@lib/network/tensorflow.ts";
export { saveNetwork } from "@lib/formats/network_file.ts";
export { type Attack, type Attacked, trainPoisoned } from "@lib/attack/attack.ts";
export { ATTACKS, poisoningIn, poisoningOf } from "@lib/attack/attacks.ts";
export { bandShifts, halvedChroma, mirrored } from "@lib/attack/band_shift.ts";
export { fromPlanes, toBytes, toPlanes, YCRCB } from "@lib/attack/colour.ts";
export { dct2, idct2 } from "@lib/attack/dct.ts";
export {
  ftrojan,
  ftrojan8bit,
  type FTrojanParameters,
  poisonStepByStep,
  triggerPattern,
} from "@lib/attack/ftrojan.ts";
export { keptArray } from "@lib/attack/kept.ts";
export { poisonTrainingSet } from "@lib/attack/poison.ts";
export { type Rates, ratesOf } from "@lib/attack/rates.ts";
export { magnifiedDifference, psnr, ssim } from "@lib/attack/similarity.ts";
export {
  coefficientsOf,
  placeOfCoefficient,
  PLANES,
  spectrumTrigger,
} from "@lib/attack/spectrum_trigger.ts";
export type { Trigger } from "@lib/attack/trigger.ts";
export { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
export { disposeEvidence, measureHalves } from "@lib/pruning/evidence.ts";
export { bestWithin, prunedSet, searchFront } from "@lib/pruning/front.ts";
export { greedyRanking } from "@lib/pruning/greedy.ts";
export { ascending, descending, type Ranking } from "@lib/pruning/order.ts";
export { pruneChannels } from "@lib/pruning/prune_channels.ts";
export { curveOf, pruningCurve } from "@lib/pruning/pruning_curve.ts";
export { pruningSteps } from "@lib/pruning/pruning_steps.ts";
export { backdoorDescending, cleanAscending, PAPER_VIEW } from "@lib/pruning/ranking.ts";
export { lastBefore, PAPER_DROPS, repairAt } from "@lib/pruning/repair.ts";
export { smallNetwork } from "@lib/pruning/small_network.ts";
export { requireTail } from "@lib/pruning/tail.ts";
export type { Defense } from "@lib/recovery/defense.ts";
export { amplitude, diagnose, HARDLY_ANY, suspectTrigger } from "@lib/recovery/diagnosis.ts";
export { findBackdoor } from "@lib/recovery/find_backdoor.ts";
export { WAYS } from "@lib/recovery/frequency_recovery.ts";
export { falseAlarmRate, outlierLimit } from "@lib/recovery/outliers.ts";
export { findPoisonedImages } from "@lib/recovery/poisoned_images.ts";
export { DEFENDER_FRONT, REPAIR_DROPS } from "@lib/recovery/prune_recovered.ts";
export { recoverTriggers, recoverVariants } from "@lib/recovery/recovery.ts";
export { recoverySettings } from "@lib/recovery/recovery_settings.ts";
export { filtersOf, patchesOf, setFilters } from "@lib/recovery/patches.ts";
export { REFIT, refit } from "@lib/recovery/refit.ts";
export { SINGLE } from "@lib/recovery/single_frequencies.ts";
export { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";
export { DEFENSES } from "@lib/peers/defenses.ts";
export { pruneByLipschitz } from "@lib/peers/lipschitz_pruning.ts";
export { loadBadNet } from "@lib/study/bad_net.ts";
export { type Experiment, paperExperiment, placeOf } from "@lib/study/experiment.ts";
export { availableNetworks, badNets, controls, FEW_EPOCHS } from "@lib/study/networks.ts";
export { otherAttacks } from "@lib/study/other_attacks.ts";
export { otherRecipes } from "@lib/study/other_recipes.ts";
export { medianCurve, orderStripsOf, repairedModels, spreadOf } from "@lib/study/order_tables.ts";
export {
  compareStopping,
  hitsAlong,
  measureOrder,
  randomOrders,
  RANKINGS,
} from "@lib/study/orders.ts";
export { PAPER, paperCurve, paperRow } from "@lib/study/paper.ts";
export { costTable, drawsTable, repairStrips } from "@lib/study/comparison_tables.ts";
export {
  LAYER_SEARCH,
  type LayerRow,
  layerRows,
  layerStrips,
  layerTable,
} from "@lib/study/layer_rows.ts";
export { peerRows } from "@lib/study/peer_rows.ts";
export { recoveryTables } from "@lib/study/recovery_rows.ts";
export {
  coefficientWords,
  foundTable,
  peerTable,
  repairTable,
} from "@lib/study/recovery_tables.ts";
export { readingsOf } from "@lib/study/readings.ts";
export { type MeasuredSeed, measureSeed } from "@lib/study/seeds.ts";
export { singleRow } from "@lib/study/single_rows.ts";
export { bootstrapBand, rankCorrelation, signTest, wilson } from "@lib/study/statistics.ts";
export { addToSummary, readSummary } from "@lib/study/summary.ts";
export { readSweep, sweepRows } from "@lib/study/sweep.ts";
export { keepDefense, keepNetwork } from "@lib/study/sweep_results.ts";
export { spreadsTable, sweepLines, sweepSpreads } from "@lib/study/sweep_table.ts";
export { besideEachOther } from "@lib/study/two_forms.ts";
export type { InspectionSettings } from "@lib/inspect/input.ts";
export { inspect } from "@lib/inspect/inspect.ts";
export { suspectName } from "@lib/inspect/report.ts";
export { activationBars } from "@lib/figures/activation_bars.ts";
export { attackSchematic } from "@lib/figures/attack_schematic.ts";
export { classNorms } from "@lib/figures/class_norms.ts";
export { cleanImagesFigure } from "@lib/figures/clean_images.ts";
export { confusionBars } from "@lib/figures/confusion_bars.ts";
export { costEffect } from "@lib/figures/cost_effect.ts";
export { curvePanels } from "@lib/figures/curve_panels.ts";
export { frontFigure } from "@lib/figures/front.ts";
export { heatMap } from "@lib/figures/heat_map.ts";
export { imageGrid } from "@lib/figures/image_grid.ts";
export { imageSlider, type SliderPlace } from "@lib/figures/image_slider.ts";
export { liveFigure } from "@lib/figures/live_figure.ts";
export { liveProgress } from "@lib/figures/live_progress.ts";
export { orderMenu } from "@lib/figures/order_menu.ts";
export { orderStrips } from "@lib/figures/order_strips.ts";
export { pipelineSchematic } from "@lib/figures/pipeline_schematic.ts";
export { poisonScores } from "@lib/figures/poison_scores.ts";
export { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
export { pruningSchematic } from "@lib/figures/pruning_schematic.ts";
export { pruningSlider } from "@lib/figures/pruning_slider.ts";
export { recoveryNorms } from "@lib/figures/recovery_norms.ts";
export { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
export { saveTable } from "@lib/figures/save_table.ts";
export { scatterActivations } from "@lib/figures/scatter_activations.ts";
export { show, showMarkdown, showTable } from "@lib/figures/show.ts";
export { splitFigure } from "@lib/figures/split.ts";
export { SHARES, spectrumFigure, triggerSpectra } from "@lib/figures/spectrum.ts";
export { openBadNet, openDataset, openMeasured, showOpening, versions } from "@lib/notebook.ts";
