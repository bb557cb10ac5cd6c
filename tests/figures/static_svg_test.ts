import { assert, assertEquals } from "@lib/std/assert.ts";
import { captioned } from "@lib/figures/caption.ts";
import { plotlyWindow, type SvgDocument } from "@lib/figures/plotly_window.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import { pageBox } from "@lib/figures/svg_box.ts";
import { caption, samples } from "./samples.ts";

const parse = (svg: string): SvgDocument => {
  const document = new (plotlyWindow().DOMParser)().parseFromString(svg, "image/svg+xml");
  assertEquals([...document.querySelectorAll("parsererror")].length, 0, "not well-formed");
  return document;
};

const texts = (document: SvgDocument): string[] =>
  [...document.querySelectorAll("text")].map(({ textContent }) => textContent ?? "");

for (const [name, figure] of Object.entries(samples)) {
  Deno.test(`"${name}" has no label outside the picture and none on another`, async () => {
    const whole = captioned(figure, caption);
    const document = parse(await renderSvg(whole));
    const boxes = [...document.querySelectorAll("text")].map((text) => ({
      text: text.textContent,
      ...pageBox(text),
    }));
    assert(boxes.length > 2, "hardly any text");
    for (const [index, a] of boxes.entries()) {
      const isInside = a.left >= 0 && a.top >= 0 && a.right <= whole.layout.width &&
        a.bottom <= whole.layout.height;
      assert(isInside && a.width > 0, `cut off: ${JSON.stringify(a)}`);
      for (const b of boxes.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // A gap between neighbours; but a box has room for letters taller than any of the labels'.
        assert(across <= -2 || down <= 2, `one on another: "${a.text}" and "${b.text}"`);
      }
    }
  });

  Deno.test(`"${name}" is small and the same every time`, async () => {
    const svg = await renderSvg(figure);
    assertEquals(await renderSvg(figure), svg);
    const limit = figure.layout.images ? 60_000 : 40_000; // with pictures in it
    assert(svg.length < limit, `${svg.length} characters`);
  });
}

Deno.test("axes keep their titles and all tick labels", async () => {
  const found = texts(parse(await renderSvg(samples["one curve"]!)));
  const across = ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"];
  const titles = ["channels pruned (%)", "rate (%)", "clean accuracy", "attack success"];
  for (const label of [...across, ...titles, "−2 points", "−30 points"]) {
    assert(found.includes(label), `"${label}" is missing among ${found.join(", ")}`);
  }
});

Deno.test("bands are filled, and are not taken for something invisible", async () => {
  const svg = await renderSvg(samples["a curve with bands"]!);
  assertEquals(svg.match(/fill-opacity:0\.1/g)?.length, 2);
});

Deno.test("marks are lines across the plot", async () => {
  const document = parse(await renderSvg(samples["one curve"]!));
  const dotted = [...document.querySelectorAll("path")].filter((path) =>
    /stroke-dasharray.*stroke:#555555|stroke:#555555.*stroke-dasharray/
      .test(path.getAttribute?.("style") ?? "")
  );
  assertEquals(dotted.length, 4);
});

Deno.test("spectra and pictures are drawn on a canvas", async () => {
  for (const [name, count] of [["three spectra", 3], ["images", 1]] as const) {
    const images = [...parse(await renderSvg(samples[name]!)).querySelectorAll("image")];
    const sources = images.map((image) => image.getAttribute?.("xlink:href") ?? "");
    assertEquals(sources.filter((source) => source.length > 200).length, count, name);
  }
});

Deno.test("no picture needs a viewer that leaves pixels sharp, as librsvg does not", async () => {
  assert(!(await renderSvg(samples["three spectra"]!)).includes("pixelated"));
});

Deno.test("lines of a caption are shifted by themselves, or librsvg would add their text's shift", async () => {
  const document = parse(await renderSvg(captioned(samples.bars!, caption)));
  const lines = [...document.querySelectorAll("text > tspan[dy]")];
  assert(lines.length > 1);
  assert(lines.every(({ parentNode }) => parentNode?.getAttribute?.("dy") === null));
});

Deno.test("a caption is kept word by word", async () => {
  const svg = await renderSvg(captioned(samples.bars!, caption));
  const found = texts(parse(svg)).find((text) => text.startsWith("Figure 3."));
  assertEquals(found!.replaceAll(" ", ""), caption.replaceAll(" ", ""));
});

Deno.test("every name that is referred to is there", async () => {
  for (const figure of Object.values(samples)) {
    const svg = await renderSvg(figure);
    for (const [, id] of svg.matchAll(/url\(['"]?#([^'")]+)/g)) {
      assert(svg.includes(` id="${id}"`), `${id} is missing`);
    }
  }
});

Deno.test("pictures on one page share no names", async () => {
  const ids = (svg: string) => [...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
  const [one, other] = [await renderSvg(samples.bars!), await renderSvg(samples.scatter!)];
  assert(ids(one).length > 0);
  assertEquals(ids(one).filter((id) => ids(other).includes(id)), []);
});

Deno.test("no browser name becomes visible", async () => {
  await renderSvg(samples.bars!);
  assertEquals(["document", "Plotly", "DOMParser"].filter((name) => name in globalThis), []);
});
