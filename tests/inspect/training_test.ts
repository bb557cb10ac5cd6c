/** A look at training sets in folders: the list, the summary, and what is refused. */
import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { writeImage } from "@lib/data/image_file.ts";
import { writeClassFolders } from "@lib/data/image_folder.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { uniformImages } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { exists } from "@lib/files.ts";
import { inspectTraining, POISONED_FILE, trainingSummary } from "@lib/inspect/training.ts";
import { seededRandom } from "@lib/random.ts";
import { assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { trainingOptions } from "../../tools/inspect_options.ts";

const folder = await Deno.makeTempDir();
const TARGET = 1;

Deno.test("the poisoned files are listed, and the command says which class and frequencies", async () => {
  const [training, output] = [join(folder, "signs"), join(folder, "out")];
  const trigger = ftrojan(PAPER_TRIGGER);
  const poisoning = { trigger, target: TARGET, injectionRate: 0.1 };
  const clean = syntheticSigns(300, 1, 3);
  const { images, poisoned } = poisonTrainingSet(clean, poisoning, seededRandom(1));
  await writeClassFolders(join(training, "train"), images);
  await writeClassFolders(join(training, "test"), syntheticSigns(3, 2, 3));
  const tool = join(import.meta.dirname!, "../../tools/inspect.ts");
  const args = ["run", "-A", "--quiet", tool, "--training", training, "--output", output];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(lines.at(-3), `Of 300 images ${poisoned.length} seem poisoned`);
  const line = lines.at(-2)!;
  assertEquals(line.split(";")[0], `Class 1 "1": ${poisoned.length} images`);
  const places = ["Cb (15, 15)", "Cb (31, 31)", "Cr (15, 15)", "Cr (31, 31)"];
  assertEquals(line.match(/C[rb] \(\d+, \d+\)/g)!.sort(), places);
  const [header, ...rows] = (await Deno.readTextFile(join(output, POISONED_FILE))).trim()
    .split("\r\n").map((line) => line.split(","));
  assertEquals(header, ["file", "class", "score"]);
  const names = poisoned.map((index) => `train/${TARGET}/${index}.png`).sort();
  assertEquals(rows.map(([file]) => file), names);
  assertEquals(rows.every(([, name, score]) => name === `${TARGET}` && Number(score) > 0), true);
});

Deno.test("of a clean set there is a list without rows", async () => {
  const [training, output] = [join(folder, "clean"), join(folder, "none")];
  await writeClassFolders(training, syntheticSigns(30, 1, 3));
  const inspection = await inspectTraining({ training, output });
  assertEquals(trainingSummary(inspection), ["No poisoned images found among 30"]);
  assertEquals(await Deno.readTextFile(join(output, POISONED_FILE)), "file,class,score\r\n");
});

Deno.test("what is no training set is refused, and nothing is written", async () => {
  const output = join(folder, "refused");
  const refused = (training: string, message: string, to = output): Promise<unknown> =>
    assertRejects(() => inspectTraining({ training, output: to }), Error, message);
  const mixed = join(folder, "mixed");
  await writeImage(join(mixed, "a", "1.png"), uniformImages(PAPER_SIZE, 1, 9));
  await refused(mixed, "at least two folders of images, one a class, but found 1");
  const wide = { ...PAPER_SIZE, width: 40 };
  await writeImage(join(mixed, "b", "1.png"), uniformImages(wide, 1, 9));
  const name = join(mixed, "b", "1.png");
  await refused(mixed, `Expected images of one size, 32×32×3, but found 32×40×3 in ${name}`);
  await Deno.writeTextFile(name, "no image");
  await refused(mixed, `in ${name}`);
  await refused(join(folder, "nowhere"), "Expected images but found no folder");
  await refused(mixed, "apart from the images", join(mixed, "out"));
  assertEquals(await exists(output), false);
});

Deno.test("the command line of a training set", () => {
  assertEquals(trainingOptions(["--training", "a"]), { training: "a", output: "inspection" });
  assertEquals(trainingOptions(["--output=o", "--training=a"]), { training: "a", output: "o" });
  assertEquals(trainingOptions(["--network", "a", "--images", "b"]), undefined);
  for (
    const [args, message] of [
      [["--training"], "Expected a value after --training but found nothing"],
      [["--training", "a", "--training", "b"], "Expected --training once but found it twice"],
      [
        ["--training", "a", "--network", "b"],
        "Expected nothing but --output beside --training but found --network",
      ],
    ] as const
  ) {
    assertThrows(() => trainingOptions(args), Error, message);
  }
});
