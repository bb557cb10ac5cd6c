import { createCanvas, ImageData } from "@napi-rs/canvas";
import { escapeText } from "@lib/figures/caption.ts";
import { baseLayout, type Figure } from "@lib/figures/figure.ts";
import { wrapText } from "@lib/figures/text_width.ts";

/**
 * Images in a grid with a label above each, every pixel enlarged to a crisp square (paper, Fig. 1 and
 * 2).
 *
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255, row by row.
 * @param labels One an image, plain text.
 * @param columns Images in a row, 1–10.
 * @param format PNG keeps every level; JPEG is half as large, for pictures that are only looked at.
 * @returns The figure, with all images in one picture.
 * @throws {Error} If pixels and labels are not of the same number of images.
 * @example
 * ```ts
 * import { imageGrid } from "@lib/figures/image_grid.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { layout } = imageGrid(new Uint8Array(2 * 3072), ["clean", "triggered"], 2);
 * assertEquals((layout.images as unknown[]).length, 1);
 * ```
 */
export function imageGrid(
  pixels: Uint8Array,
  labels: readonly string[],
  columns: number = Math.min(labels.length, 6),
  format: "image/png" | "image/jpeg" = "image/png",
): Figure {
  if (labels.length === 0 || pixels.length !== labels.length * IMAGE_BYTES) {
    throw new Error(
      `Expected ${labels.length * IMAGE_BYTES} bytes, 3072 for each of at least one label, ` +
        `but found ${pixels.length}`,
    );
  }
  const cell = cellWidth(columns);
  const side = imageSide(columns);
  const scale = side / 32;
  const texts = labels.map((label) => wrapText(label, cell - 6, SIZE));
  // Every row is as high as its longest label asks for.
  const places: { x: number; y: number }[] = [];
  let height = 0;
  for (let first = 0; first < labels.length; first += columns) {
    const row = texts.slice(first, first + columns);
    height += Math.ceil(Math.max(...row.map((lines) => lines.length)) * SIZE * 1.3) + 6;
    const inset = Math.floor((cell - GAP - side) / 2);
    places.push(...row.map((_, column) => ({ x: column * cell + inset, y: height })));
    height += side + GAP;
  }
  const width = 800 - 2 * EDGE;
  const source = picture(pixels, places, scale, { width, height }, format);
  const hidden = { visible: false, fixedrange: true };
  const layout = baseLayout({
    width: 800,
    height: height + 2 * EDGE,
    margin: { l: EDGE, r: EDGE, t: EDGE, b: EDGE },
    xaxis: { ...hidden, range: [0, width] },
    yaxis: { ...hidden, range: [height, 0] },
    images: [{ source, xref: "x", yref: "y", x: 0, y: 0, sizex: width, sizey: height }],
    annotations: places.map(({ x, y }, index) => ({
      x: x + side / 2,
      y,
      yanchor: "bottom",
      text: texts[index]!.map(escapeText).join("<br>"),
      font: { size: SIZE },
      showarrow: false,
    })),
  });
  return { data: [{ type: "scatter", x: [], y: [], hoverinfo: "skip" }], layout };
}

/**
 * How large a grid's images are drawn.
 *
 * @param columns Images in a row, 1–10.
 * @returns Pixels: a whole number of them for each of the image's, at most five.
 * @example
 * ```ts
 * import { imageSide } from "@lib/figures/image_grid.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([imageSide(1), imageSide(8)], [160, 64]);
 * ```
 */
export function imageSide(columns: number): number {
  return 32 * Math.max(1, Math.min(5, Math.floor((cellWidth(columns) - GAP) / 32)));
}

const cellWidth = (columns: number): number => Math.floor((800 - 2 * EDGE + GAP) / columns);

function picture(
  pixels: Uint8Array,
  places: readonly { x: number; y: number }[],
  scale: number,
  { width, height }: { width: number; height: number },
  format: "image/png" | "image/jpeg",
): string {
  const context = createCanvas(width, height).getContext("2d");
  context.imageSmoothingEnabled = false;
  if (format === "image/jpeg") { // which knows no transparency
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
  }
  places.forEach(({ x, y }, index) => {
    const image = createCanvas(32, 32);
    image.getContext("2d").putImageData(new ImageData(opaque(pixels, index), 32, 32), 0, 0);
    context.drawImage(image, x, y, 32 * scale, 32 * scale);
  });
  return format === "image/jpeg"
    ? context.canvas.toDataURL(format, 0.8)
    : context.canvas.toDataURL(format);
}

/** An image's bytes as a canvas wants them: red, green, blue, alpha. */
function opaque(pixels: Uint8Array, index: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 32 * 32 * 4 }, (_, byte) => {
    const [pixel, channel] = [Math.floor(byte / 4), byte % 4];
    return channel === 3 ? 255 : pixels[index * IMAGE_BYTES + pixel * 3 + channel]!;
  });
}

const IMAGE_BYTES = 32 * 32 * 3;

const SIZE = 11;

/** Around the grid, and between two images, in pixels. */
const [EDGE, GAP] = [10, 12];
