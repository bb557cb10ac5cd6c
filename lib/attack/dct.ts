/**
 * The two-dimensional discrete cosine transform of a plane (paper, section 2.1, second step): the
 * orthonormal DCT-II, as OpenCV's `dct` and SciPy's `dctn(norm="ortho")` compute it.
 *
 * @param plane Shape [height, width], row by row, any unit.
 * @param height The number of rows.
 * @param width The number of columns; as many if not given.
 * @returns Shape [height, width]: row u is the vertical, column v the horizontal frequency; (0, 0) is the
 * mean times √(height · width).
 * @throws {Error} If the plane is not height × width.
 * @example
 * ```ts
 * import { dct2 } from "@lib/attack/dct.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const [mean, across] = dct2(Float64Array.of(1, 3, 1, 3), 2);
 * assertAlmostEquals(mean!, 4);
 * assertAlmostEquals(across!, -2);
 * ```
 */
export function dct2(plane: Float64Array, height: number, width: number = height): Float64Array {
  requirePlane(plane, height, width);
  const columns = multiply(cosines(height), plane, height, width);
  return multiply(columns, transpose(cosines(width), width), width, width);
}

/**
 * The inverse of {@link dct2} (paper, section 2.1, fourth step).
 *
 * @param coefficients Shape [height, width]: vertical frequency by horizontal frequency.
 * @param height The number of rows.
 * @param width The number of columns; as many if not given.
 * @returns Shape [height, width]: the plane, row by row.
 * @throws {Error} If there are not height × width coefficients.
 * @example
 * ```ts
 * import { dct2, idct2 } from "@lib/attack/dct.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const back = idct2(dct2(Float64Array.of(5, 6, 7, 9, 1, 4), 2, 3), 2, 3);
 * [5, 6, 7, 9, 1, 4].forEach((value, index) => assertAlmostEquals(back[index]!, value));
 * ```
 */
export function idct2(
  coefficients: Float64Array,
  height: number,
  width: number = height,
): Float64Array {
  requirePlane(coefficients, height, width);
  const columns = multiply(transpose(cosines(height), height), coefficients, height, width);
  return multiply(columns, cosines(width), width, width);
}

/**
 * The matrix of the transform: row k is the k-th cosine at the pixel centres, scaled to length one (Ahmed,
 * Natarajan and Rao, 1974).
 *
 * @param size The number of rows and of columns.
 * @returns Shape [size, size]; its inverse is its transpose.
 * @example
 * ```ts
 * import { cosines } from "@lib/attack/dct.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * [1, 1, 1, -1].forEach((sign, index) =>
 *   assertAlmostEquals(cosines(2)[index]!, sign * Math.SQRT1_2)
 * );
 * ```
 */
export function cosines(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [k, n] = [Math.floor(index / size), index % size];
    return Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos(Math.PI * (n + 0.5) * k / size);
  });
}

function requirePlane(plane: Float64Array, height: number, width: number): void {
  if (plane.length === height * width) return;
  throw new Error(
    `Expected ${height * width} values for a plane of ${height}×${width} but found ${plane.length}`,
  );
}

/** Of matrices whose second has so many columns, and the first as many as the second has rows. */
function multiply(
  left: Float64Array,
  right: Float64Array,
  inner: number,
  columns: number,
): Float64Array {
  const product = new Float64Array(left.length / inner * columns);
  for (let at = 0; at < product.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    for (let k = 0; k < inner; k++) {
      product[at]! += left[row * inner + k]! * right[k * columns + column]!;
    }
  }
  return product;
}

function transpose(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, index) => matrix[index % size * size + Math.floor(index / size)]!);
}
