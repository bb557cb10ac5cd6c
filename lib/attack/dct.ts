/**
 * The two-dimensional discrete cosine transform of a square plane (paper, section 2.1, second step):
 * the orthonormal DCT-II, as OpenCV's `dct` and SciPy's `dctn(norm="ortho")` compute it.
 *
 * @param plane Shape [size, size], row by row, any unit.
 * @param size The number of rows and of columns.
 * @returns Shape [size, size]: row u is the vertical, column v the horizontal frequency; (0, 0) is the mean
 * times `size`.
 * @throws {Error} If the plane is not size × size.
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
export function dct2(plane: Float64Array, size: number): Float64Array {
  const basis = basisOf(plane, size);
  return multiply(multiply(basis, plane, size), transpose(basis, size), size);
}

/**
 * The inverse of {@link dct2} (paper, section 2.1, fourth step).
 *
 * @param coefficients Shape [size, size]: vertical frequency by horizontal frequency.
 * @param size The number of rows and of columns.
 * @returns Shape [size, size]: the plane, row by row.
 * @throws {Error} If there are not size × size coefficients.
 * @example
 * ```ts
 * import { dct2, idct2 } from "@lib/attack/dct.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const back = idct2(dct2(Float64Array.of(5, 6, 7, 9), 2), 2);
 * [5, 6, 7, 9].forEach((value, index) => assertAlmostEquals(back[index]!, value));
 * ```
 */
export function idct2(coefficients: Float64Array, size: number): Float64Array {
  const basis = basisOf(coefficients, size);
  return multiply(multiply(transpose(basis, size), coefficients, size), basis, size);
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

function basisOf(plane: Float64Array, size: number): Float64Array {
  if (plane.length !== size * size) {
    throw new Error(
      `Expected ${size * size} values for a ${size}×${size} plane but found ${plane.length}`,
    );
  }
  return cosines(size);
}

function multiply(left: Float64Array, right: Float64Array, size: number): Float64Array {
  return left.map((_, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += left[row * size + k]! * right[k * size + column]!;
    return sum;
  });
}

function transpose(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, index) => matrix[index % size * size + Math.floor(index / size)]!);
}
