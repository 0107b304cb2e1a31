package io.github.lrfbench.harness.tensorparallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Column and row splits of one matrix, against worked numbers and products in float64. */
class ParallelLinearTest {
  /** A of the worked example, [inputs, outputs], and B. */
  private static final float[] A = {1, 0, 2, -1, 0, 1, -1, 1};

  private static final float[] B = {1, 2, 3, 4};
  private static final float[] X = {1, 2};

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Matrix matrix(float[] values, int rows) {
    return Matrix.of(scope.floats(values, rows, values.length / rows));
  }

  private List<Scope> scopes(int shards) {
    return IntStream.range(0, shards).mapToObj(i -> scope).toList();
  }

  private ShardGroup group(int shards) {
    return new ShardGroup(shards, List.of(device));
  }

  private static Distributed everywhere(Matrix x, int shards) {
    return Distributed.whole(IntStream.range(0, shards).mapToObj(i -> x).toList());
  }

  @Test
  void aFeedForwardLayerIsTheSumOfItsNeurons() {
    Linear up = new DenseLinear(matrix(A, 2), null);
    Linear down = new DenseLinear(matrix(B, 4), null);
    try (ShardGroup group = group(2);
        Pass pass = Pass.open(group)) {
      ParallelLinear first = ParallelLinear.column(up, LowRankSplit.OUTPUTS, scopes(2));
      ParallelLinear second = ParallelLinear.row(down, LowRankSplit.OUTPUTS, scopes(2));
      Distributed wide = first.forward(pass, everywhere(matrix(X, 1), 2), Activation.GELU);
      List<Matrix> summands = second.local(pass, wide, Activation.NONE);
      assertEquals(4.750344, summands.get(0).data().toFloats()[0], 1e-5);
      assertEquals(3.365379, summands.get(1).data().toFloats()[0], 1e-5);
      Distributed y = second.finish(pass, pass.allReduce(summands), Activation.NONE);
      for (Matrix each : y.parts()) {
        assertEquals(8.115723, each.data().toFloats()[0], 1e-5);
      }
      assertEquals(List.of(Exchange.allReduce(1)), pass.exchanges());
    }
  }

  /** What comes of splitting the first matrix by its inputs without a sum before the activation. */
  @Test
  void theActivationOfSummandsIsSomethingElse() {
    Linear up = new DenseLinear(matrix(A, 2), null);
    try (ShardGroup group = group(2);
        Pass pass = Pass.open(group)) {
      ParallelLinear rows = ParallelLinear.row(up, LowRankSplit.OUTPUTS, scopes(2));
      List<Matrix> summands = rows.local(pass, everywhere(matrix(X, 1), 2), Activation.NONE);
      double wrong = 0;
      for (Matrix summand : summands) {
        device.nn().biasActivation(summand, null, Activation.GELU);
        float[] wide = summand.data().toFloats();
        for (int i = 0; i < wide.length; i++) {
          wrong += wide[i] * B[i];
        }
      }
      assertEquals(17.660721, wrong, 1e-5);
      // The right split of the same matrix sums first.
      Distributed right = rows.forward(pass, everywhere(matrix(X, 1), 2), Activation.GELU);
      float[] wide = right.parts().get(0).data().toFloats();
      double sum = 0;
      for (int i = 0; i < wide.length; i++) {
        sum += wide[i] * B[i];
      }
      assertEquals(8.115723, sum, 1e-5);
    }
  }

  @ParameterizedTest
  @CsvSource({"OUTPUTS, false", "OUTPUTS, true", "RANK, true"})
  void theBiasIsAddedOnce(LowRankSplit split, boolean factored) {
    Tensor bias = scope.floats(new float[] {1, -2}, 2);
    Linear zero =
        factored
            ? new LowRankLinear(
                new LowRankFactors(matrix(new float[6], 6), matrix(new float[2], 1)), bias)
            : new DenseLinear(matrix(new float[12], 6), bias);
    try (ShardGroup group = group(3);
        Pass pass = Pass.open(group)) {
      ParallelLinear row = ParallelLinear.row(zero, split, scopes(3));
      Distributed y = row.forward(pass, everywhere(matrix(new float[6], 1), 3), Activation.NONE);
      y.parts().forEach(own -> assertArrayEquals(new float[] {1, -2}, own.data().toFloats()));
    }
  }

  /** Ranks that shards cannot share equally, and fewer than there are shards. */
  @ParameterizedTest
  @CsvSource({
    "1, 7, OUTPUTS",
    "2, 7, OUTPUTS",
    "3, 7, OUTPUTS",
    "4, 7, OUTPUTS",
    "6, 2, OUTPUTS",
    "1, 7, RANK",
    "2, 7, RANK",
    "3, 7, RANK",
    "4, 7, RANK",
    "6, 2, RANK",
    "3, 1, RANK"
  })
  void twoFactorsGiveTheirProduct(int shards, int rank, LowRankSplit split) {
    Random random = new Random(5);
    float[] down = gaussian(random, 10 * rank);
    float[] up = gaussian(random, rank * 13);
    float[] b = gaussian(random, 13);
    float[] x = gaussian(random, 3 * 10);
    Linear map =
        new LowRankLinear(
            new LowRankFactors(matrix(down, 10), matrix(up, rank)), scope.floats(b, 13));
    double[] expected = new double[3 * 13];
    for (int t = 0; t < 3; t++) {
      for (int j = 0; j < 13; j++) {
        double sum = b[j];
        for (int k = 0; k < rank; k++) {
          for (int i = 0; i < 10; i++) {
            sum += (double) x[t * 10 + i] * down[i * rank + k] * up[k * 13 + j];
          }
        }
        expected[t * 13 + j] = Math.max(0, sum);
      }
    }
    List<ParallelLinear> ways =
        List.of(
            ParallelLinear.column(map, split, scopes(shards)),
            ParallelLinear.row(map, split, scopes(shards)));
    for (ParallelLinear way : ways) {
      try (ShardGroup group = group(shards);
          Pass pass = Pass.open(group)) {
        Distributed y = way.forward(pass, everywhere(matrix(x, 3), shards), Activation.RELU);
        for (Matrix own : y.gather(pass)) {
          float[] actual = own.data().toFloats();
          for (int i = 0; i < actual.length; i++) {
            assertEquals(expected[i], actual[i], 1e-4, way.kind() + " " + i);
          }
        }
        long parameters = IntStream.range(0, shards).mapToLong(way::parameters).sum();
        assertEquals(
            map.parameters() + 13, parameters - (shards - 1) * way.replicated(), "" + way.kind());
        assertEquals(expectedExchanges(way, shards, rank), pass.exchanges());
      }
    }
  }

  private static List<Exchange> expectedExchanges(ParallelLinear way, int shards, int rank) {
    if (shards == 1) {
      return List.of();
    }
    return switch (way.kind()) {
      // The test gathers the outputs.
      case COLUMN -> List.of(Exchange.allGather(13));
      case ROW_BEFORE_U -> List.of(Exchange.allReduce(rank));
      case ROW, RANK -> List.of(Exchange.allReduce(13));
    };
  }

  /** Of the rows q | k | v of one matrix a shard has its heads' of each, not a third of all. */
  @ParameterizedTest
  @CsvSource({"false, OUTPUTS", "true, OUTPUTS", "true, RANK"})
  void aFusedMatrixIsSplitByHeads(boolean factored, LowRankSplit split) {
    int hidden = 4;
    // Output j is j + 1 for the input 1.
    float[] outputs = new float[3 * hidden];
    for (int j = 0; j < outputs.length; j++) {
      outputs[j] = j + 1;
    }
    Linear fused =
        factored
            ? new LowRankLinear(
                new LowRankFactors(matrix(new float[] {1}, 1), matrix(outputs, 1)), null)
            : new DenseLinear(matrix(outputs, 1), null);
    try (ShardGroup group = group(2);
        Pass pass = Pass.open(group)) {
      ParallelProjections projections = ParallelProjections.of(List.of(fused), split, scopes(2));
      List<List<Matrix>> qkv = projections.forward(pass, everywhere(matrix(new float[] {1}, 1), 2));
      assertEquals("[[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]]", read(qkv.get(0)));
      assertEquals("[[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]]", read(qkv.get(1)));
      assertEquals(
          split == LowRankSplit.RANK ? List.of(Exchange.allReduce(12)) : List.of(),
          pass.exchanges());
    }
  }

  /** Three maps, of which one is not factored: what is summed is summed by one exchange. */
  @Test
  void summedProjectionsAreOneExchange() {
    Random random = new Random(3);
    List<Linear> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Tensor bias = scope.floats(gaussian(random, 4), 4);
      members.add(
          i == 1
              ? new DenseLinear(matrix(gaussian(random, 16), 4), bias)
              : new LowRankLinear(
                  new LowRankFactors(
                      matrix(gaussian(random, 8), 4), matrix(gaussian(random, 8), 2)),
                  bias));
    }
    Matrix x = matrix(gaussian(random, 8), 2);
    try (ShardGroup group = group(2);
        Pass pass = Pass.open(group)) {
      ParallelProjections projections =
          ParallelProjections.of(members, LowRankSplit.RANK, scopes(2));
      List<List<Matrix>> qkv = projections.forward(pass, everywhere(x, 2));
      assertEquals(List.of(Exchange.allReduce(8)), pass.exchanges());
      assertEquals(List.of(Exchange.allGather(8), Exchange.allReduce(4)), projections.backward());
      for (int i = 0; i < 3; i++) {
        Matrix y = Matrix.of(scope.allocate(x.dtype(), 2, 4));
        try (Pass whole = Pass.open(group)) {
          int member = i;
          whole.each(
              (shard, ops) -> {
                if (shard == 0) {
                  ops.apply(members.get(member), x, Activation.NONE, y);
                }
                return null;
              });
        }
        for (int shard = 0; shard < 2; shard++) {
          Matrix own = Slices.copy(qkv.get(shard).get(i), scope);
          Matrix wanted = Slices.copy(y.columns(2 * shard, 2 * shard + 2), scope);
          assertArrayEquals(wanted.data().toFloats(), own.data().toFloats(), 1e-5f);
        }
      }
    }
  }

  private String read(List<Matrix> parts) {
    return parts.stream()
        .map(part -> Arrays.toString(Slices.copy(part, scope).data().toFloats()))
        .toList()
        .toString();
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
