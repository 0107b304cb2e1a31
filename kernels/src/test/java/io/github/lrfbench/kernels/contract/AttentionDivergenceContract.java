package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every device's {@link NnGradients#attentionDivergence} must do. */
public abstract class AttentionDivergenceContract extends ContractTest {
  private static final double STEP = 1e-5;

  /**
   * A case, on the host.
   *
   * @param maps weight of the divergence of probabilities
   * @param squares weight of the squared differences of scores
   */
  private record Case(
      Grid q,
      Grid k,
      Grid guideQ,
      Grid guideK,
      int[] offsets,
      int heads,
      double scale,
      boolean causal,
      double maps,
      double squares) {
    static Case random(int[] offsets, int heads, int size, boolean causal) {
      int rows = offsets[offsets.length - 1];
      return new Case(
          Grid.random(rows, heads * size, 1),
          Grid.random(rows, heads * size, 2),
          Grid.random(rows, heads * size, 3),
          Grid.random(rows, heads * size, 4),
          offsets,
          heads,
          1 / Math.sqrt(size),
          causal,
          0.7,
          0.2);
    }

    Case of(Grid queries, Grid keys) {
      return new Case(queries, keys, guideQ, guideK, offsets, heads, scale, causal, maps, squares);
    }

    Case guidedBy(Grid queries, Grid keys) {
      return new Case(q, k, queries, keys, offsets, heads, scale, causal, maps, squares);
    }

    Case weighing(double map, double score) {
      return new Case(q, k, guideQ, guideK, offsets, heads, scale, causal, map, score);
    }

    @Override
    public String toString() {
      return Arrays.toString(offsets)
          + " of "
          + heads
          + " x "
          + q.cols() / heads
          + (causal ? " causal" : "");
    }
  }

  /** Losses [T, N], and what they give for q and k. */
  private record Result(Grid losses, Grid dq, Grid dk) {}

  /** By the definition. */
  private static Result reference(Case c) {
    Grid losses = Grid.of(c.q.rows(), c.heads, (i, j) -> 0);
    Grid dq = Grid.of(c.q.rows(), c.q.cols(), (i, j) -> 0);
    Grid dk = Grid.of(c.q.rows(), c.q.cols(), (i, j) -> 0);
    int size = c.q.cols() / c.heads;
    for (int s = 0; s + 1 < c.offsets.length; s++) {
      int from = c.offsets[s];
      for (int t = from; t < c.offsets[s + 1]; t++) {
        int count = (c.causal ? t + 1 : c.offsets[s + 1]) - from;
        for (int h = 0; h < c.heads; h++) {
          double[] own = scores(c.q, c.k, t, from, count, h * size, size, c.scale);
          double[] guide = scores(c.guideQ, c.guideK, t, from, count, h * size, size, c.scale);
          double[] p = logSoftmax(own);
          double[] r = logSoftmax(guide);
          for (int j = 0; j < count; j++) {
            double difference = own[j] - guide[j];
            losses.values()[t * c.heads + h] +=
                c.maps * Math.exp(r[j]) * (r[j] - p[j]) + c.squares * difference * difference;
            double slope = c.maps * (Math.exp(p[j]) - Math.exp(r[j])) + 2 * c.squares * difference;
            for (int col = h * size; col < (h + 1) * size; col++) {
              dq.values()[t * c.q.cols() + col] += c.scale * slope * c.k.at(from + j, col);
              dk.values()[(from + j) * c.q.cols() + col] += c.scale * slope * c.q.at(t, col);
            }
          }
        }
      }
    }
    return new Result(losses, dq, dk);
  }

  private static double[] scores(
      Grid q, Grid k, int row, int from, int count, int left, int size, double scale) {
    double[] scores = new double[count];
    for (int j = 0; j < count; j++) {
      for (int col = left; col < left + size; col++) {
        scores[j] += scale * q.at(row, col) * k.at(from + j, col);
      }
    }
    return scores;
  }

  private static double[] logSoftmax(double[] scores) {
    double largest = Arrays.stream(scores).max().orElseThrow();
    double sum = Arrays.stream(scores).map(score -> Math.exp(score - largest)).sum();
    return Arrays.stream(scores).map(score -> score - largest - Math.log(sum)).toArray();
  }

  private Result run(Case c, DType dtype, Layout layout) {
    Placed losses = Placed.empty(scope(), dtype, layout, c.q.rows(), c.heads);
    Placed dq = Placed.empty(scope(), dtype, layout, c.q.rows(), c.q.cols());
    Placed dk = Placed.empty(scope(), dtype, layout, c.q.rows(), c.q.cols());
    device()
        .gradients()
        .attentionDivergence(
            Placed.of(scope(), dtype, layout, c.q).matrix(),
            Placed.of(scope(), dtype, layout, c.k).matrix(),
            new AttentionGuide(
                Placed.of(scope(), dtype, layout, c.guideQ).matrix(),
                Placed.of(scope(), dtype, layout, c.guideK).matrix(),
                c.maps,
                c.squares),
            segments(c.offsets),
            c.heads,
            c.scale,
            c.causal,
            losses.matrix(),
            dq.matrix(),
            dk.matrix());
    Result result = new Result(losses.read(), dq.read(), dk.read());
    // Nothing beside the results is written.
    losses.assertHolds(result.losses, 0, "losses");
    dq.assertHolds(result.dq, 0, "dq");
    dk.assertHolds(result.dk, 0, "dk");
    return result;
  }

  private Segments segments(int... offsets) {
    int longest = 0;
    for (int s = 0; s + 1 < offsets.length; s++) {
      longest = Math.max(longest, offsets[s + 1] - offsets[s]);
    }
    return new Segments(ints(offsets), offsets.length - 1, longest);
  }

  private static void assertClose(Result expected, Result actual, double tolerance, String what) {
    Placed.assertClose(expected.losses, actual.losses, tolerance, what + ": losses");
    Placed.assertClose(expected.dq, actual.dq, tolerance, what + ": dq");
    Placed.assertClose(expected.dk, actual.dk, tolerance, what + ": dk");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreCentralDifferencesOfTheLosses(boolean causal) {
    Case plain = Case.random(new int[] {0, 4, 4, 11, 12}, 2, 3, causal);
    for (double[] weights : new double[][] {{1, 0}, {0, 1}, {0.7, 0.2}}) {
      Case c = plain.weighing(weights[0], weights[1]);
      Grid dq = numeric(c.q, g -> total(c.of(g, c.k)));
      Grid dk = numeric(c.k, g -> total(c.of(c.q, g)));
      Result expected = new Result(reference(c).losses, dq, dk);
      for (DType dtype : dtypes()) {
        for (Layout layout : Layout.values()) {
          double bound = Math.max(1e-8, 20 * tolerance(dtype));
          assertClose(expected, run(c, dtype, layout), bound, dtype + " " + c);
        }
      }
    }
  }

  private static double total(Case c) {
    return Arrays.stream(reference(c).losses.values()).sum();
  }

  private static Grid numeric(Grid x, ToDoubleFunction<Grid> loss) {
    return Grid.of(
        x.rows(),
        x.cols(),
        (i, j) -> {
          double up = loss.applyAsDouble(x.with(i, j, x.at(i, j) + STEP));
          double down = loss.applyAsDouble(x.with(i, j, x.at(i, j) - STEP));
          return (up - down) / (2 * STEP);
        });
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void manyShapes(DType dtype) {
    int[][] offsets = {{0, 1}, {0, 0}, {0, 5, 6, 23}, {0, 1, 2, 3}, {0, 130, 133, 133, 197}};
    for (int[] sequences : offsets) {
      for (int[] head : new int[][] {{1, 1}, {3, 5}, {2, 64}}) {
        for (boolean causal : new boolean[] {false, true}) {
          Case c = Case.random(sequences, head[0], head[1], causal);
          assertClose(
              reference(c), run(c, dtype, Layout.SLICE), 20 * tolerance(dtype), dtype + " " + c);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void scoresOfThousands(DType dtype) {
    for (boolean causal : new boolean[] {false, true}) {
      Case c = Case.random(new int[] {0, 3, 80}, 2, 8, causal).weighing(1, 0);
      Case far = c.of(c.q.map(x -> Math.rint(40 * x)), c.k.map(x -> Math.rint(40 * x)));
      Case both = far.guidedBy(far.k, far.q);
      for (Case hostile : List.of(far, far.guidedBy(c.q, far.q), both)) {
        Result expected = reference(hostile);
        // The logarithm of a sum that is thousands has no more digits behind the point.
        double bound = 100 * tolerance(dtype);
        assertTrue(Arrays.stream(expected.losses.values()).max().orElseThrow() > 1e3);
        assertClose(expected, run(hostile, dtype, Layout.PACKED), bound, dtype + " " + c);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void theGuideItselfIsNoWayOff(DType dtype) {
    Case c = Case.random(new int[] {0, 70, 77}, 2, 16, false);
    Case same = c.guidedBy(c.q, c.k);
    Result actual = run(same, dtype, Layout.PACKED);
    assertClose(reference(same), actual, 20 * tolerance(dtype), dtype + " its own guide");
    assertEquals(0, Arrays.stream(actual.dq.values()).map(Math::abs).max().orElseThrow());
    assertEquals(0, Arrays.stream(actual.dk.values()).map(Math::abs).max().orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void nanStaysInItsSequenceAndHead(DType dtype) {
    Case c = Case.random(new int[] {0, 20, 31, 50}, 2, 4, false);
    List<Case> cases =
        List.of(
            c.of(c.q.with(21, 1, Double.NaN), c.k),
            c.of(c.q, c.k.with(21, 1, Double.NaN)),
            c.guidedBy(c.guideQ, c.guideK.with(21, 1, Double.NaN)));
    Result clean = reference(c);
    for (Case hostile : cases) {
      Result actual = run(hostile, dtype, Layout.PACKED);
      assertTrue(Double.isNaN(actual.losses.at(21, 0)));
      assertTrue(Double.isNaN(actual.dq.at(21, 2)));
      assertTrue(Double.isNaN(actual.dk.at(25, 2)));
      for (int row = 0; row < 50; row++) {
        boolean other = row < 20 || row >= 31;
        assertEquals(clean.losses.at(row, 1), actual.losses.at(row, 1), 1e-4);
        assertEquals(clean.dk.at(row, 6), actual.dk.at(row, 6), 1e-4);
        if (other) {
          assertEquals(clean.losses.at(row, 0), actual.losses.at(row, 0), 1e-4);
          assertEquals(clean.dq.at(row, 2), actual.dq.at(row, 2), 1e-4);
          assertEquals(clean.dk.at(row, 2), actual.dk.at(row, 2), 1e-4);
        }
      }
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    Matrix x = packed(DType.F32, Grid.random(6, 4, 1));
    Matrix y = packed(DType.F32, Grid.random(6, 4, 2));
    Matrix z = packed(DType.F32, Grid.random(6, 4, 3));
    Matrix narrow = packed(DType.F32, Grid.random(6, 2, 4));
    Matrix wide = packed(DType.F64, Grid.random(6, 2, 5));
    AttentionGuide guide = new AttentionGuide(x, x, 1, 0);
    AttentionGuide other = new AttentionGuide(x, narrow, 1, 0);
    NnGradients gradients = device().gradients();
    Segments all = segments(0, 6);
    List<Executable> wrong =
        List.of(
            () -> gradients.attentionDivergence(x, x, other, all, 2, 1, false, narrow, y, z),
            () -> gradients.attentionDivergence(x, x, guide, all, 3, 1, false, narrow, y, z),
            () -> gradients.attentionDivergence(x, x, guide, all, 4, 1, false, narrow, y, z),
            () -> gradients.attentionDivergence(x, x, guide, all, 2, 1, false, wide, y, z),
            () ->
                gradients.attentionDivergence(
                    x, x, guide, segments(0, 5), 2, 1, false, narrow, y, z));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }
}
