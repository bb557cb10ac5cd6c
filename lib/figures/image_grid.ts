import { type Canvas, createCanvas, ImageData } from "@napi-rs/canvas";
import { escapeText } from "@lib/figures/caption.ts";
import { type Figure, inPixels, type Picture } from "@lib/figures/figure.ts";
import { wrapText } from "@lib/figures/text_width.ts";

/**
 * Images in a grid with a label above each, every pixel enlarged to a crisp square (paper, Fig. 1 and
 * 2).
 *
 * @param images RGB or grey, 0–255, as many as labels.
 * @param labels One an image, plain text.
 * @param columns Images in a row, 1–10.
 * @param format PNG keeps every level; JPEG is half as large, for pictures that are only looked at.
 * @returns The figure, with all images in one picture.
 * @throws {Error} If there are not as many images as labels.
 * @example
 * ```ts
 * import { imageGrid } from "@lib/figures/image_grid.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = { height: 32, width: 32, channels: 3, pixels: new Uint8Array(2 * 3072) };
 * const { layout } = imageGrid(images, ["clean", "triggered"], 2);
 * assertEquals((layout.images as unknown[]).length, 1);
 * ```
 */
export function imageGrid(
  images: Picture,
  labels: readonly string[],
  columns: number = Math.min(labels.length, 6),
  format: "image/png" | "image/jpeg" = "image/png",
): Figure {
  const bytes = images.height * images.width * images.channels;
  if (labels.length === 0 || images.pixels.length !== labels.length * bytes) {
    throw new Error(
      `Expected ${labels.length * bytes} bytes, ${bytes} for each of at least one label, ` +
        `but found ${images.pixels.length}`,
    );
  }
  const cell = cellWidth(columns);
  const drawn = drawnSize(columns, images);
  // hardly wider than the image below, so that no label comes near the next
  const texts = labels.map((label) => wrapText(label, drawn.width + GAP, SIZE));
  // Every row is as high as its longest label asks for.
  const places: { x: number; y: number }[] = [];
  let height = 0;
  for (let first = 0; first < labels.length; first += columns) {
    const row = texts.slice(first, first + columns);
    height += Math.ceil(Math.max(...row.map((lines) => lines.length)) * SIZE * 1.3) + 6;
    const inset = Math.floor((cell - GAP - drawn.width) / 2);
    places.push(...row.map((_, column) => ({ x: column * cell + inset, y: height })));
    height += drawn.height + GAP;
  }
  const width = 800 - 2 * EDGE;
  const context = createCanvas(width, height).getContext("2d");
  context.imageSmoothingEnabled = false;
  if (format === "image/jpeg") { // which knows no transparency
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
  }
  places.forEach(({ x, y }, index) => {
    context.drawImage(canvasOf(images, index), x, y, drawn.width, drawn.height);
  });
  const { canvas } = context;
  const source = format === "image/jpeg" ? canvas.toDataURL(format, 0.8) : canvas.toDataURL(format);
  return inPixels(width, height, {
    width: 800,
    height: height + 2 * EDGE,
    margin: { l: EDGE, r: EDGE, t: EDGE, b: EDGE },
    images: [{ source, xref: "x", yref: "y", x: 0, y: 0, sizex: width, sizey: height }],
    annotations: places.map(({ x, y }, index) => ({
      x: x + drawn.width / 2,
      y,
      ...{ yanchor: "bottom", yshift: 3 }, // letters that reach below the line stay off the image
      text: texts[index]!.map(escapeText).join("<br>"),
      font: { size: SIZE },
      showarrow: false,
    })),
  });
}

/**
 * How large a grid's images are drawn: whole times their size, or as large as their cell allows.
 *
 * @param columns Images in a row.
 * @param size Of an image, in pixels.
 * @returns Width and height in the figure's pixels.
 * @example
 * ```ts
 * import { drawnSize } from "@lib/figures/image_grid.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(drawnSize(1, { width: 32, height: 32 }), { width: 160, height: 160 });
 * assertEquals(drawnSize(8, { width: 32, height: 16 }), { width: 64, height: 32 });
 * ```
 */
export function drawnSize(columns: number, { width, height }: Extent): Extent {
  const room = Math.min(LARGEST, cellWidth(columns) - GAP);
  const times = room / width;
  const scale = times >= 1 ? Math.floor(times) : times;
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** In pixels. */
type Extent = Pick<Picture, "width" | "height">;

const cellWidth = (columns: number): number => Math.floor((800 - 2 * EDGE + GAP) / columns);

/** One image in its own size; a canvas wants red, green, blue, alpha. */
function canvasOf({ pixels, height, width, channels }: Picture, index: number): Canvas {
  const count = height * width;
  const bytes = Uint8ClampedArray.from({ length: count * 4 }, (_, byte) => {
    const [pixel, channel] = [Math.floor(byte / 4), byte % 4];
    return channel === 3 ? 255 : pixels[(index * count + pixel) * channels + channel % channels]!;
  });
  const canvas = createCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}

/** In pixels, across. */
const LARGEST = 160;
const SIZE = 11;

/** Around the grid, and between two images, in pixels. */
const [EDGE, GAP] = [10, 12];
