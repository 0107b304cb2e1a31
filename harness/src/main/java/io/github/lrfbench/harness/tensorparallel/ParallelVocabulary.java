package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The word embedding over shards, and the logits of a language model. The vocabulary is padded by
 * rows of zeros to a multiple of 128 times the number of shards, of which each has an equal part. A
 * shard gives zeros for words of the others, and the sum over all shards is the embedding. The
 * logits of padding are minus infinity.
 */
final class ParallelVocabulary {
  /** Megatron's {@code --make-vocab-size-divisible-by}. */
  private static final int MULTIPLE = 128;

  private final int padded;
  private final int hidden;
  private final List<Range> words;
  private final List<Matrix> tables;
  private final List<Head> heads;

  /**
   * A shard's part of the map to logits.
   *
   * @param down Vᵀ [H, r], all of it; null where there are no factors
   * @param weight [H or r, padded words], or the other way round
   * @param transposed whether it is
   * @param mask [padded words], minus infinity for padding and 0 for words
   */
  private record Head(Matrix down, Matrix weight, boolean transposed, Tensor mask) {
    long parameters(Matrix table) {
      long own = weight == table ? 0 : (long) weight.rows() * weight.cols();
      return own + replicated();
    }

    long replicated() {
      return down == null ? 0 : (long) down.rows() * down.cols();
    }

    long flops() {
      return 2L * weight.rows() * weight.cols() + 2 * replicated();
    }
  }

  /**
   * Splits the vocabulary.
   *
   * @param word [V, H]
   * @param predicts whether there are logits
   * @param predictor what gives them; null for the word embedding
   */
  ParallelVocabulary(Matrix word, boolean predicts, Linear predictor, List<Scope> to) {
    int shards = to.size();
    padded = padded(word.rows(), shards);
    hidden = word.cols();
    int size = padded / shards;
    words =
        IntStream.range(0, shards)
            .mapToObj(
                i ->
                    new Range(
                        Math.min(word.rows(), i * size), Math.min(word.rows(), (i + 1) * size)))
            .toList();
    tables = new ArrayList<>();
    heads = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      Scope scope = to.get(shard);
      Range own = words.get(shard);
      Matrix table = Matrix.of(scope.zeros(DType.F32, size, hidden));
      ShardGroup.copy(word.rows(own.from(), own.to()), table.rows(0, own.size()));
      tables.add(table);
      if (predicts) {
        heads.add(predictor == null ? tied(table, own, scope) : own(predictor, size, own, scope));
      }
    }
  }

  /** Words with padding. */
  static int padded(int vocabulary, int shards) {
    int multiple = Math.multiplyExact(MULTIPLE, shards);
    return Math.multiplyExact((vocabulary + multiple - 1) / multiple, multiple);
  }

  private static Head tied(Matrix table, Range words, Scope scope) {
    return new Head(null, table, true, mask(table.rows(), words, scope));
  }

  /** Factors are split by words whatever is done elsewhere: logits are not summed over shards. */
  private static Head own(Linear predictor, int size, Range words, Scope scope) {
    boolean factored = predictor.factors() != null;
    Matrix weight = factored ? predictor.factors().up() : predictor.dense();
    Matrix part = Matrix.of(scope.zeros(DType.F32, weight.rows(), size));
    ShardGroup.copy(weight.columns(words.from(), words.to()), part.columns(0, words.size()));
    Matrix down = factored ? Slices.copy(predictor.factors().down(), scope) : null;
    return new Head(down, part, false, mask(size, words, scope));
  }

  private static Tensor mask(int size, Range words, Scope scope) {
    float[] mask = new float[size];
    Arrays.fill(mask, words.size(), size, Float.NEGATIVE_INFINITY);
    return scope.floats(mask, size);
  }

  /** By shard the words that it has, without padding. */
  List<Range> words() {
    return words;
  }

  /** Words with padding. */
  int padded() {
    return padded;
  }

  /** A shard's words among some. */
  record Own(Tensor ids, double[] mask) {}

  /** By shard which tokens are its words: their rows in its table, and 1 for those and 0 else. */
  List<Own> find(ParallelInput input) {
    List<Own> found = new ArrayList<>();
    int[] ids = input.ids();
    for (int shard = 0; shard < words.size(); shard++) {
      Range own = words.get(shard);
      int[] rows = new int[ids.length];
      double[] mask = new double[ids.length];
      for (int i = 0; i < ids.length; i++) {
        boolean mine = ids[i] >= own.from() && ids[i] < own.to();
        rows[i] = mine ? ids[i] - own.from() : 0;
        mask[i] = mine ? 1 : 0;
      }
      found.add(new Own(input.scope(shard).ints(rows, rows.length), mask));
    }
    return found;
  }

  /** By shard the embeddings of all words, [T, H]. */
  List<Matrix> embed(Pass pass, List<Own> own) {
    return pass.allReduce(
        pass.each(
            (shard, ops) -> {
              Own mine = own.get(shard);
              Matrix y = pass.allocate(shard, mine.mask().length, hidden);
              ops.embed(mine.ids(), tables.get(shard), null, null, null, null, y);
              y.device().blas().scaleRows(y, mine.mask());
              return y;
            }));
  }

  /** By shard the logits of its words and of its padding, [T, padded words]. */
  List<Matrix> logits(Pass pass, List<Matrix> states) {
    return pass.each(
        (shard, ops) -> {
          Head head = heads.get(shard);
          Matrix x = states.get(shard);
          if (head.down != null) {
            Matrix z = pass.allocate(shard, x.rows(), head.down.cols());
            ops.linear(x, false, head.down, null, Activation.NONE, z);
            x = z;
          }
          Matrix y = pass.allocate(shard, x.rows(), padded / words.size());
          ops.linear(x, head.transposed, head.weight, head.mask, Activation.NONE, y);
          return y;
        });
  }

  /** Stored numbers of a shard, those of padding included. */
  long parameters(int shard) {
    Matrix table = tables.get(shard);
    return (long) table.rows() * table.cols()
        + (heads.isEmpty() ? 0 : heads.get(shard).parameters(table));
  }

  /** Those that every shard has. */
  long replicated() {
    return heads.isEmpty() ? 0 : heads.get(0).replicated();
  }

  /** Floating-point operations of a shard for the logits of one token. */
  long flopsPerRow(int shard) {
    return heads.isEmpty() ? 0 : heads.get(shard).flops();
  }
}
