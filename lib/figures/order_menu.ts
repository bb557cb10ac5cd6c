import type { Figure } from "@lib/figures/figure.ts";
import { type NamedCurve, pruningCurveFigure } from "@lib/figures/pruning_curve.ts";

/**
 * A menu of orders over the curve of the one that is chosen: clean accuracy above, attack success below.
 *
 * @param orders What there is to choose from; the first is chosen at first, and all that a still picture
 * shows.
 * @param beside A curve that stays.
 * @returns The figure.
 * @throws {Error} If there is no order, or a curve's two lines differ in length.
 * @example
 * ```ts
 * import { orderMenu } from "@lib/figures/order_menu.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const curve = (name: string) => ({ name, cleanAccuracy: [1, 0.5, 0], attackSuccess: [1, 1, 0] });
 * const { layout } = orderMenu([curve("one"), curve("two")], curve("random"));
 * const [{ buttons }] = layout.updatemenus as [{ buttons: { label: string }[] }];
 * assertEquals(buttons.map(({ label }) => label), ["one", "two"]);
 * ```
 */
export function orderMenu(orders: readonly NamedCurve[], beside: NamedCurve): Figure {
  const figures = orders.map((order) => pruningCurveFigure([order, beside]));
  const [first] = figures;
  if (first === undefined) throw new Error("Expected an order to choose but found none");
  // the chosen order's are all that differ between the figures but for what stays
  const chosen = first.data.flatMap(({ legendgroup }, index) =>
    legendgroup === first.data.at(-1)!.legendgroup ? [] : [index]
  );
  const buttons = figures.map(({ data }, index) => {
    const of = (field: string): unknown[] => chosen.map((trace) => data[trace]![field]);
    const [y, name, line] = [of("y"), of("name"), of("line")];
    return { label: orders[index]!.name, method: "restyle", args: [{ y, name, line }, chosen] };
  });
  const place = { x: 1, xanchor: "right", y: 1, yanchor: "bottom", pad: { b: 6 } };
  return {
    data: first.data,
    layout: { ...first.layout, updatemenus: [{ ...place, showactive: true, buttons }] },
  };
}
