/** Networks of tfjs on disk: replaced whole, whatever happens between, and loaded as what they are. */
import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
import { expectOther } from "@lib/formats/weights.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { exists, writeWhole } from "@lib/files.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { weightsOf } from "../weights_of.ts";

Deno.test("a kill between the former network and the new one loses neither", async () => {
  const folder = `${await Deno.makeTempDir()}/network`;
  const [one, other] = [1, 2].map((seed) => ARCHITECTURES["plain"]!.build(PAPER_SIZE, 3, seed));
  await saveNetwork(folder, one!);
  // where saveNetwork has moved the former one aside and is stopped
  await Deno.rename(folder, `${folder}.former`);
  const former = await loadNetwork(folder);
  assertClose(weightsOf(former), weightsOf(one!));
  assertEquals(await exists(folder), true);
  // where it is stopped before it removes the former one
  await saveNetwork(`${folder}.former`, one!);
  await saveNetwork(folder, other!);
  assertClose(weightsOf(await loadNetwork(folder)), weightsOf(other!));
  assertEquals(await exists(`${folder}.former`), false);
});

Deno.test("a folder is not written over a network that is made from one in it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/one/net`, { recursive: true });
  await assertRejects(
    () => expectOther(`${folder}/one/net`, `${folder}/one`),
    Error,
    "other than the source",
  );
  await expectOther(`${folder}/one/net`, `${folder}/one/nets`);
});

Deno.test("what belongs to a network takes its place with it, or neither does", async () => {
  const folder = `${await Deno.makeTempDir()}/network`;
  const [one, other] = [1, 2].map((seed) => ARCHITECTURES["plain"]!.build(PAPER_SIZE, 3, seed));
  await saveNetwork(folder, one!, (place) => writeWhole(`${place}/note`, "one"));
  const failing = (): Promise<void> => Promise.reject(new Error("full"));
  await assertRejects(() => saveNetwork(folder, other!, failing), Error, "full");
  assertClose(weightsOf(await loadNetwork(folder)), weightsOf(one!));
  assertEquals(await Deno.readTextFile(`${folder}/note`), "one");
  await saveNetwork(folder, other!);
  assertEquals(await exists(`${folder}/note`), false);
});

Deno.test("a second kill at the same place loses nothing either", async () => {
  const folder = `${await Deno.makeTempDir()}/network`;
  const network = ARCHITECTURES["plain"]!.build(PAPER_SIZE, 3, 1);
  await saveNetwork(folder, network);
  await Deno.rename(folder, `${folder}.former`);
  const { rename } = Deno;
  Deno.rename = async (from, to): Promise<void> => {
    if (String(from).endsWith(".tmp")) throw new Error("killed");
    await rename(from, to);
  };
  try {
    await assertRejects(() => saveNetwork(folder, network), Error, "killed");
  } finally {
    Deno.rename = rename;
  }
  assertClose(weightsOf(await loadNetwork(folder)), weightsOf(network));
});

Deno.test("a network with branches is loaded as one, and a chain as a chain", async () => {
  const folder = await Deno.makeTempDir();
  for (const [name, { build }] of Object.entries(ARCHITECTURES)) {
    const network = build({ height: 16, width: 24, channels: 1 }, 300, 1);
    await saveNetwork(`${folder}/${name}`, network);
    const before = tf.memory().numTensors;
    const loaded = await loadNetwork(`${folder}/${name}`);
    assertEquals(loaded instanceof tf.Sequential, name !== "residual");
    assertClose(weightsOf(loaded), weightsOf(network));
    disposeNetwork(loaded);
    assertEquals(tf.memory().numTensors, before);
    disposeNetwork(network);
  }
});

Deno.test("a file is written whole or not at all, and nothing temporary stays", async () => {
  const folder = await Deno.makeTempDir();
  await writeWhole(`${folder}/a.txt`, "one");
  await writeWhole(`${folder}/a.txt`, Uint8Array.of(116, 119, 111));
  assertEquals(await Deno.readTextFile(`${folder}/a.txt`), "two");
  await Deno.mkdir(`${folder}/b`);
  await assertRejects(() => writeWhole(`${folder}/b`, "three"), Error, "rename");
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a.txt", "b"]);
});
