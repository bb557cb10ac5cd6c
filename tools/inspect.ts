/**
 * Looks for a backdoor in a network, and prunes it away; or for poisoned images in a training set.
 *
 *     deno task inspect --network FILE --images FOLDER [--pixels 0-1|0-255|-1-1] [--mean R,G,B]
 *         [--std R,G,B] [--channels RGB|BGR] [--classes numeric|text|FILE] [--split NAME] [--layer NAME]
 *         [--output FOLDER] [--count N] [--bound N]
 *     deno task inspect --training FOLDER [--output FOLDER]
 *
 * @module
 */
import { RATES } from "@lib/attack/rates.ts";
import { inspect, INSPECTION_PARTS } from "@lib/inspect/inspect.ts";
import type { InspectionSettings } from "@lib/inspect/input.ts";
import { boundText, indexWords, suspectName } from "@lib/inspect/report.ts";
import {
  inspectTraining,
  POISONED_FILE,
  type TrainingSettings,
  trainingSummary,
} from "@lib/inspect/training.ts";
import { percent } from "@lib/words.ts";
import { join } from "@lib/std/path.ts";
import { inspectOptions, trainingOptions } from "./inspect_options.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";
import { progressPrinter, timeWords } from "./notebooks/progress.ts";

try {
  const training = trainingOptions(Deno.args);
  if (training === undefined) await inspectNetwork(inspectOptions(Deno.args));
  else await lookAtTraining(training);
} catch (error) {
  console.error((error as Error).message.split("\n")[0]);
  Deno.exit(1);
}

async function lookAtTraining(settings: TrainingSettings): Promise<void> {
  const start = Date.now();
  const part = "reading images";
  const printer = progressPrinter([part], {});
  printer.begin(part);
  const result = await inspectTraining(settings, (share) => {
    if (share < 1) printer.tell(part, `${Math.round(100 * share)} %`, left(share, start));
    else printer.end(part, `done in ${timeSince(start)}`);
  });
  for (const line of trainingSummary(result)) console.log(line);
  console.log(`${join(settings.output, POISONED_FILE)}; ${timeSince(start)}`);
}

async function inspectNetwork(settings: InspectionSettings): Promise<void> {
  console.log(deviceLine(tf.backend(), await hasDriver()));
  const printer = progressPrinter(INSPECTION_PARTS, {});
  let [current, start] = ["", 0];
  const { report } = await inspect(settings, async ({ part, share }) => {
    if (part !== current) {
      if (current !== "") printer.end(current, `done in ${timeSince(start)}`);
      [current, start] = [part, Date.now()];
      printer.begin(part);
    }
    printer.tell(part, `${Math.round(100 * share)} %`, left(share, start));
    await new Promise((resolve) => setTimeout(resolve)); // lets the printer's clock go on
  });
  if (current !== "") printer.end(current, `done in ${timeSince(start)}`);
  const { networks, notes, trigger } = report;
  for (const note of notes) console.log(note);
  console.log(
    report.backdoored
      ? `A backdoor is suspected: class ${suspectName(report)}; index ` +
        `${indexWords(report.outlierIndex)}, success ${percent(trigger!.attackSuccess)}`
      : `No backdoor found; index ${indexWords(report.outlierIndex)}`,
  );
  if (report.single) console.log(boundText(report.single));
  console.log(`Clean accuracy: ${percent(report.cleanAccuracy)}`);
  for (const { file, way, channelsPruned, ...rates } of networks) {
    const what = {
      refitting: "convolutions refitted",
      pruning: `${channelsPruned} channels pruned`,
      unlearning: "triggers unlearned",
    }[way];
    const [accuracy, success, robust] = RATES.map((rate) => percent(rates[rate]));
    console.log(
      `${file}: ${what}, accuracy ${accuracy}, triggers' success ${success}, ` +
        `right in spite of them ${robust}`,
    );
  }
  console.log(`${join(settings.output, "report.html")}; ${timeWords(report.seconds)}`);
}

function timeSince(start: number): string {
  return timeWords((Date.now() - start) / 1000);
}

/** What is left of a part if it goes on as it went. */
function left(share: number, start: number): string {
  const elapsed = (Date.now() - start) / 1000;
  if (share < 0.05 || elapsed < 2) return "";
  return `about ${Math.ceil(elapsed * (1 - share) / share)} s left`;
}
