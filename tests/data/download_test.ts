import { download } from "@lib/data/download.ts";
import { gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { exists } from "@lib/files.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";

const CONTENT = Uint8Array.from({ length: 100_000 }, (_, index) => index % 253);
const MD5 = "53bf75120fbc55037e0bb929f2d39ffd";

type Handler = (request: Request) => Response;

/** Runs a test against a server on the loopback address. */
async function withServer(
  handler: Handler,
  test: (url: string, folder: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, await Deno.makeTempDir());
  } finally {
    await server.shutdown();
  }
}

/** Serves the content, from where the request asks if `ranges`. */
const serve = (ranges: boolean): Handler => (request) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  if (!ranges || from === 0) return new Response(CONTENT);
  if (from >= CONTENT.length) return new Response(null, { status: 416 });
  return new Response(CONTENT.slice(from), { status: 206 });
};

Deno.test("a download is verified and told of on its way", async () => {
  await withServer(serve(true), async (url, folder) => {
    const file = join(folder, "new", "a.zip");
    const told: number[] = [];
    await download({ url, md5: MD5, file }, (bytes, expected) => {
      told.push(bytes);
      assertEquals(expected, CONTENT.length);
    });
    assertEquals(await Deno.readFile(file), CONTENT);
    assertEquals(told.at(-1), CONTENT.length);
    assert(!await exists(`${file}.part`));
  });
});

Deno.test("of several that want one file, one downloads it", async () => {
  let requests = 0;
  const counting: Handler = (request) => {
    requests++;
    return serve(true)(request);
  };
  await withServer(counting, async (url, folder) => {
    const file = join(folder, "a.zip");
    await Promise.all([1, 2, 3].map(() => download({ url, md5: MD5, file })));
    assertEquals(await Deno.readFile(file), CONTENT);
    assertEquals(requests, 1);
  });
});

for (const ranges of [true, false]) {
  Deno.test(`a download goes on where it stopped, server ${ranges ? "with" : "without"} ranges`, async () => {
    await withServer(serve(ranges), async (url, folder) => {
      const file = join(folder, "a.zip");
      await Deno.writeFile(`${file}.part`, CONTENT.slice(0, 40_000));
      let first = 0;
      await download({ url, md5: MD5, file }, (bytes) => first ||= bytes);
      assertEquals(await Deno.readFile(file), CONTENT);
      assertEquals(first > 40_000, ranges);
    });
  });
}

Deno.test("a part that is whole already is only verified", async () => {
  await withServer(serve(true), async (url, folder) => {
    const file = join(folder, "a.zip");
    await Deno.writeFile(`${file}.part`, CONTENT);
    await download({ url, md5: MD5, file });
    assertEquals(await Deno.readFile(file), CONTENT);
  });
});

Deno.test("an interrupted download names the bytes there and keeps them", async () => {
  const cut = (): Response => {
    const body = new ReadableStream({
      start(controller): void {
        controller.enqueue(CONTENT.slice(0, 30_000));
        setTimeout(() => controller.error("cut"), 50);
      },
    });
    return new Response(body, { headers: { "content-length": String(CONTENT.length) } });
  };
  await withServer(cut, async (url, folder) => {
    const file = join(folder, "a.zip");
    await assertRejects(
      () => download({ url, md5: MD5, file }),
      Error,
      "run again to go on from there",
    );
    assert(!await exists(file));
    assertEquals((await Deno.stat(`${file}.part`)).size, 30_000);
  });
});

Deno.test("an altered download is refused and deleted", async () => {
  await withServer(() => new Response("something else"), async (url, folder) => {
    const file = join(folder, "a.zip");
    await assertRejects(
      () => download({ url, md5: MD5, file }),
      Error,
      `Expected a.zip with MD5 ${MD5}`,
    );
    assert(!await exists(file) && !await exists(`${file}.part`));
  });
});

Deno.test("a refusal and an unreachable server are named", async () => {
  await withServer(() => new Response("no", { status: 404 }), async (url, folder) => {
    const file = join(folder, "a.zip");
    await assertRejects(() => download({ url, md5: MD5, file }), Error, "found status 404");
  });
  const file = join(await Deno.makeTempDir(), "a.zip");
  const url = "http://127.0.0.1:9/a.zip";
  await assertRejects(() => download({ url, md5: MD5, file }), Error, `Expected to reach ${url}`);
});

Deno.test("archives are taken from the first folder that has them, else downloaded and verified", async () => {
  await withServer(serve(true), async (source, folder) => {
    const other = await Deno.makeTempDir();
    for (const name of ["GTSRB_Final_Training_Images.zip", "GTSRB_Final_Test_Images.zip"]) {
      await Deno.writeTextFile(join(other, name), "there");
    }
    const find = (): Promise<unknown> => gtsrbArchives({ folders: [folder, other], source });
    await assertRejects(
      find,
      Error,
      "Expected GTSRB_Final_Test_GT.zip with MD5 fe31e9c9270bbcd7b84b7f21a9d9d9e5",
    );
    await Deno.writeTextFile(join(folder, "GTSRB_Final_Test_GT.zip"), "there too");
    assertEquals(await find(), {
      trainingImages: join(other, "GTSRB_Final_Training_Images.zip"),
      testImages: join(other, "GTSRB_Final_Test_Images.zip"),
      testLabels: join(folder, "GTSRB_Final_Test_GT.zip"),
    });
  });
});
