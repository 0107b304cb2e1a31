package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.kernels.InputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The selection of Zero Sum SVD (Abbasi et al. 2026): components of all matrices are taken away one
 * by one, of every matrix its last first, so that what that changes the loss by to first order
 * stays near zero in sum. Two heaps hold what the matrices offer, changes that raise the loss and
 * changes that lower it, the smallest first; the next comes from the heap that brings the sum back.
 *
 * <p>What is taken away of a matrix saves nothing until a choice is reached that costs less than
 * the matrix as it is, such as the first rank below break-even; a matrix that ends above is left as
 * it is. What the last component saved beyond the budget is given back, to those that lost theirs
 * last.
 *
 * @param changes by matrix what taking away the component of every point changes the loss by
 * @param absolute whether the smallest changes go first, whatever the sum is
 * @param floor the part of the rank below break-even that every matrix keeps
 */
record ZeroSum(Map<String, double[]> changes, boolean absolute, double floor) implements Allocator {
  private static final Comparator<Offer> SMALLEST =
      Comparator.<Offer>comparingDouble(offer -> Math.abs(offer.change()))
          .thenComparing(Comparator.comparingInt(Offer::component).reversed())
          .thenComparingInt(Offer::matrix);

  /** The last component that is left of a matrix. */
  record Offer(int matrix, int component, double change) {}

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    Selection selection = new Selection(matrices, Importance.EQUAL.weights(matrices), terms);
    for (int i = 0; i < selection.size(); i++) {
      selection.choose(i, selection.choices(i).count() - 1);
    }
    Removal removal = new Removal(matrices);
    Deque<Integer> last = new ArrayDeque<>();
    while (!selection.isWithinBudget() && removal.hasNext()) {
      Offer taken = removal.next();
      // Its point is that of the component before it.
      Choices choices = selection.choices(taken.matrix());
      selection.choose(taken.matrix(), choices.atLeast(taken.component() - 1));
      last.push(taken.matrix());
    }
    if (!selection.isWithinBudget() && floor > 0) {
      throw new InputException(
          "--allocate zero-sum: floor="
              + floor
              + " keeps more than the budget allows; give a smaller one");
    }
    last.forEach(selection::raise);
    return selection.points();
  }

  /** All that would be taken away, in order; of every matrix one component is left. */
  List<Offer> order(List<Candidate> matrices) {
    List<Offer> order = new ArrayList<>();
    Removal removal = new Removal(matrices);
    while (removal.hasNext()) {
      order.add(removal.next());
    }
    return order;
  }

  /** The heaps, and the sum so far. */
  private final class Removal {
    private final List<double[]> ofMatrices = new ArrayList<>();
    private final int[] floors;
    private final PriorityQueue<Offer> raising = new PriorityQueue<>(SMALLEST);
    private final PriorityQueue<Offer> lowering = new PriorityQueue<>(SMALLEST);
    private double sum;

    Removal(List<Candidate> matrices) {
      floors = new int[matrices.size()];
      for (int i = 0; i < floors.length; i++) {
        Candidate matrix = matrices.get(i);
        ofMatrices.add(changes.get(matrix.name()));
        floors[i] = Math.max(1, (int) (floor * matrix.points().saving()));
        offer(i, matrix.points().count() - 1);
      }
    }

    private void offer(int matrix, int component) {
      if (component >= floors[matrix]) {
        double change = ofMatrices.get(matrix)[component];
        (change < 0 ? lowering : raising).add(new Offer(matrix, component, change));
      }
    }

    boolean hasNext() {
      return !raising.isEmpty() || !lowering.isEmpty();
    }

    Offer next() {
      Offer next = heap().remove();
      sum += next.change();
      offer(next.matrix(), next.component() - 1);
      return next;
    }

    private PriorityQueue<Offer> heap() {
      if (raising.isEmpty() || lowering.isEmpty()) {
        return raising.isEmpty() ? lowering : raising;
      }
      boolean raise = absolute ? SMALLEST.compare(raising.peek(), lowering.peek()) < 0 : sum <= 0;
      return raise ? raising : lowering;
    }
  }
}
