package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables in every form give the vectors and products of their matrix, and its gradients. */
class TableTest extends DeviceCase {
  /** Looked up vectors of some words, and how some vectors go with all words. */
  private record Passes(float[] looked, float[] scores, List<float[]> gradients) {}

  /** One loss of both: a head that is tied to the table adds to its gradient. */
  private Passes run(Table table, int[] words, Matrix x, Matrix dv, Matrix ds) {
    List<Parameter> trained = new ArrayList<>(table.weights("t"));
    trained.add(new Parameter("x", x, Parameter.Storage.MATRIX));
    try (GradientBuffers gradients = new GradientBuffers(device, trained);
        Tape tape = new Tape(device, gradients, null)) {
      Tensor looked = tape.ops().allocate(DType.F32, words.length, table.outputs());
      Tensor scores = tape.ops().allocate(DType.F32, x.rows(), table.inputs());
      table.lookUp(tape.ops(), scope.ints(words, words.length), Matrix.of(looked));
      table.score(tape.ops(), x, Matrix.of(scores));
      float[] values = looked.toFloats();
      float[] products = scores.toFloats();
      tape.addGradient(looked, dv);
      tape.addGradient(scores, ds);
      tape.backward();
      List<float[]> all =
          trained.stream().map(weight -> gradients.of(weight.value().data()).toFloats()).toList();
      return new Passes(values, products, all);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dense, 1, 1",
    "dense, 12, 17",
    "lowrank, 1, 1",
    "lowrank, 12, 17",
    "lowrank, 7, 40",
    "kronecker, 1, 1",
    "kronecker, 12, 17",
    "kronecker, 8, 40",
    "kronecker, 5, 9"
  })
  void everyFormIsThatOfItsMatrix(String form, int width, int words) {
    Forms forms = new Forms(5, scope);
    Table table = forms.table(form, width, words);
    double[][] w = new double[width][words];
    Tensor written = scope.allocate(DType.F32, width, words);
    table.materialize(device, Matrix.of(written));
    double[] elements = written.toDoubles();
    for (int i = 0; i < width; i++) {
      System.arraycopy(elements, i * words, w[i], 0, words);
    }
    int[] ids = {0, words - 1, words / 2, 0, 0};
    Matrix x = Matrix.of(forms.random(1, 3, width));
    Matrix dv = Matrix.of(forms.random(1, ids.length, width));
    Matrix ds = Matrix.of(forms.random(1, 3, words));
    Passes passes = run(table, ids, x, dv, ds);
    float[] looked = new float[ids.length * width];
    float[] scores = new float[3 * words];
    double[] xs = x.data().toDoubles();
    for (int t = 0; t < ids.length; t++) {
      for (int i = 0; i < width; i++) {
        looked[t * width + i] = (float) w[i][ids[t]];
      }
    }
    for (int t = 0; t < 3; t++) {
      for (int v = 0; v < words; v++) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
          sum += xs[t * width + i] * w[i][v];
        }
        scores[t * words + v] = (float) sum;
      }
    }
    assertArrayEquals(looked, passes.looked(), 1e-5f);
    assertArrayEquals(scores, passes.scores(), 2e-5f * width);
    assertGradients(table, w, ids, x, dv, ds, passes.gradients());
    assertEquals(
        2L * words * width, new Forms(1, scope).table("dense", width, words).flopsPerRow());
  }

  /**
   * The gradient of every element by the chain rule: what changes of W where it changes, from the
   * product of the other factors, by differences, which are exact as W is linear in each factor.
   */
  private void assertGradients(
      Table table, double[][] w, int[] ids, Matrix x, Matrix dv, Matrix ds, List<float[]> found) {
    int width = w.length;
    int words = w[0].length;
    double[][] slope = new double[width][words];
    double[] ofLooked = dv.data().toDoubles();
    double[] ofScores = ds.data().toDoubles();
    double[] xs = x.data().toDoubles();
    for (int i = 0; i < width; i++) {
      for (int t = 0; t < ids.length; t++) {
        slope[i][ids[t]] += ofLooked[t * width + i];
      }
      for (int v = 0; v < words; v++) {
        for (int t = 0; t < x.rows(); t++) {
          slope[i][v] += xs[t * width + i] * ofScores[t * words + v];
        }
      }
    }
    List<Parameter> weights = table.weights("t");
    Tensor changed = scope.allocate(DType.F32, width, words);
    for (int p = 0; p < weights.size(); p++) {
      Tensor factor = weights.get(p).value().data();
      float[] values = factor.toFloats();
      for (int k = 0; k < values.length; k += 1 + values.length / 12) {
        float[] other = values.clone();
        other[k] += 1;
        factor.write(0, other, 0, other.length);
        table.materialize(device, Matrix.of(changed));
        factor.write(0, values, 0, values.length);
        double[] now = changed.toDoubles();
        double expected = 0;
        for (int i = 0; i < width; i++) {
          for (int v = 0; v < words; v++) {
            expected += slope[i][v] * (now[i * words + v] - w[i][v]);
          }
        }
        assertEquals(
            expected,
            found.get(p)[k],
            1e-3 * Math.max(1, Math.abs(expected)),
            weights.get(p).name());
      }
    }
  }

  @Test
  void someFormsAreNoTables() {
    Forms forms = new Forms(2, scope);
    for (String form : List.of("chain", "sum", "codes")) {
      assertNull(forms.of(form, 4, 6, false).table(), form);
    }
    assertNull(forms.of("dense", 4, 6, true).table());
    assertNotNull(forms.of("lowrank", 4, 6, false).table());
    // Words that share rows of A.
    Tensor b = forms.random(1, 2, 1, 2);
    assertNull(new KroneckerLinear(forms.random(1, 3, 1, 2), b, null).table());
  }
}
