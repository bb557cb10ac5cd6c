import { bool, Graph, type } from "@lib/network/graph.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Solves A X = B for a symmetric positive definite A, by Cholesky's decomposition in double precision.
 *
 * @param matrix A, shape [n, n].
 * @param right B, shape [n, m].
 * @returns X, shape [n, m]; the caller disposes it.
 * @throws {Error} TensorFlow's own, if A is not positive definite.
 * @example
 * ```ts
 * import { solve } from "@lib/network/solve.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const x = solve(tf.tensor2d([[4, 2], [2, 3]]), tf.tensor2d([[2], [5]]));
 * assertEquals([...x.dataSync()].map((value) => value.toFixed(6)), ["-0.500000", "2.000000"]);
 * ```
 */
export function solve(matrix: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D {
  const graph = new Graph();
  const [left, wanted] = ["matrix", "right"].map((name) =>
    graph.cast(graph.placeholder(name, "FLOAT"), "FLOAT", "DOUBLE")
  ) as [string, string];
  const half = graph.node("Cholesky", [left], { T: type("DOUBLE") });
  const back = (values: string, adjoint: boolean): string =>
    graph.node("MatrixTriangularSolve", [half, values], {
      ...{ T: type("DOUBLE"), lower: bool(true), adjoint: bool(adjoint) },
    });
  const solution = graph.cast(back(back(wanted, false), true), "DOUBLE", "FLOAT");
  return graph.compile()({ matrix, right }, [solution])[0] as tf.Tensor2D;
}
