package io.github.lrfbench.harness.generate;

import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Decoding;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Continues prompts in batches. A prompt's continuation does not depend on those beside it.
 *
 * @param batchSize prompts at a time
 */
public record Generator(int batchSize, GenerationSettings settings) {
  /** Checks the size. */
  public Generator {
    if (batchSize < 1) {
      throw new InputException("--batch-size must be at least 1, but is " + batchSize);
    }
  }

  /**
   * What came of it.
   *
   * @param continuations the new tokens of each prompt, a last one that ends the text included
   * @param steps forward passes of the model
   * @param seconds how long it took
   */
  public record Result(List<int[]> continuations, long steps, double seconds) {
    /** Tokens of all continuations. */
    public long tokens() {
      return continuations.stream().mapToLong(tokens -> tokens.length).sum();
    }
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids of each, none empty
   * @param progress receives the number of prompts done
   * @throws InputException if a prompt is empty, or with its continuation longer than the model
   *     allows
   */
  public Result run(CausalModel model, List<int[]> prompts, IntConsumer progress) {
    long start = System.nanoTime();
    int longest = 0;
    for (int i = 0; i < prompts.size(); i++) {
      requireFitting(model, prompts.get(i).length, i);
      int length = prompts.get(i).length;
      longest = Math.max(longest, length + settings.limit().newTokens(length));
    }
    List<int[]> continuations = new ArrayList<>();
    long steps = 0;
    int sequences = Math.min(batchSize, prompts.size()) * settings.beams();
    if (!prompts.isEmpty()) {
      try (Decoding decoding = new Decoding(model, sequences, longest)) {
        for (int from = 0; from < prompts.size(); from += batchSize) {
          int to = Math.min(prompts.size(), from + batchSize);
          steps += runBatch(decoding, prompts.subList(from, to), from, continuations);
          progress.accept(to);
        }
      }
    }
    return new Result(continuations, steps, (System.nanoTime() - start) / 1e9);
  }

  private void requireFitting(CausalModel model, int length, int prompt) {
    int limit = model.info().maxLength();
    if (length == 0) {
      throw new InputException("prompt " + (prompt + 1) + " is empty");
    }
    int more = settings.limit().newTokens(length);
    String text = "prompt " + (prompt + 1) + " has " + length + " tokens; ";
    if (more < 1) {
      throw new InputException(
          text + "with new ones the text may have " + settings.limit().tokens() + " only");
    }
    if (more > limit - length) {
      throw new InputException(
          text + "with " + more + " new ones that is over the model's limit of " + limit);
    }
  }

  private long runBatch(
      Decoding decoding, List<int[]> prompts, int number, List<int[]> continuations) {
    List<Search> searches = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      int[] prompt = prompts.get(i);
      searches.add(
          settings.beams() > 1
              ? new BeamSearch(settings, prompt)
              : new LineSearch(settings, prompt, number + i));
    }
    List<Search> open = new ArrayList<>(searches);
    int[] texts = new int[prompts.size()];
    Arrays.fill(texts, 1);
    Tensor logits =
        decoding.start(
            prompts.stream().map(ids -> new TokenSequence(ids, new int[ids.length])).toList());
    long steps = 1;
    while (true) {
      List<Search> still = new ArrayList<>();
      List<Integer> counts = new ArrayList<>();
      List<Search.Extension> all = new ArrayList<>();
      float[][] rows = rows(logits);
      int first = 0;
      for (int s = 0; s < open.size(); s++) {
        int offset = first;
        first += texts[s];
        List<Search.Extension> extensions =
            open.get(s).step(Arrays.copyOfRange(rows, offset, first));
        if (!extensions.isEmpty()) {
          still.add(open.get(s));
          counts.add(extensions.size());
          extensions.forEach(
              next -> all.add(new Search.Extension(offset + next.source(), next.token())));
        }
      }
      if (still.isEmpty()) {
        break;
      }
      open = still;
      texts = counts.stream().mapToInt(count -> count).toArray();
      decoding.select(all.stream().mapToInt(Search.Extension::source).toArray());
      logits = decoding.next(all.stream().mapToInt(Search.Extension::token).toArray());
      steps++;
    }
    searches.forEach(search -> continuations.add(search.result()));
    return steps;
  }

  private static float[][] rows(Tensor logits) {
    int count = Math.toIntExact(logits.shape().dim(0));
    int width = Math.toIntExact(logits.shape().dim(1));
    float[][] rows = new float[count][width];
    for (int i = 0; i < count; i++) {
      logits.read((long) i * width, rows[i], 0, width);
    }
    return rows;
  }
}
