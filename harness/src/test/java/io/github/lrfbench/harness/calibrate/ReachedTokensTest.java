package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.ObservingOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Moments over the tokens that count, against sums over single sequences. */
class ReachedTokensTest {
  private static final Set<String> READ_ALL = Set.of("key", "value", "query_key_value");

  @TempDir private Path folder;

  private GoldenModel load(String kind, Device device) throws IOException {
    Path model = folder.resolve("model");
    switch (kind) {
      case "bert" -> TinyCheckpoint.bert(model, 2);
      case "roberta" -> TinyCheckpoint.roberta(model, 2);
      case "distilbert" -> TinyCheckpoint.distilbert(model, 2);
      default -> TinyCheckpoint.gpt2(model, kind.equals("gpt2-lm") ? 0 : 2);
    }
    return GoldenModel.load(model, new Gpt2Options(kind.endsWith("split"), false), device);
  }

  /** Of several lengths; the last ends in a token that a GPT-2 takes for padding. */
  private static List<TokenSequence> sequences(int padding) {
    SplittableRandom random = new SplittableRandom(3);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int length : new int[] {4, 1, 7, 5, 4}) {
      int[] ids = new int[length];
      Arrays.setAll(ids, i -> 5 + random.nextInt(8));
      sequences.add(new TokenSequence(ids, new int[length]));
    }
    if (padding >= 0) {
      sequences.get(3).ids()[4] = padding;
    }
    return sequences;
  }

  /** Inputs of a slot in a pass over one sequence, [tokens][n]. */
  private static double[][] inputs(Model model, LinearSlot slot, TokenSequence sequence) {
    List<double[][]> seen = new ArrayList<>();
    try (Scope scope = model.device().openScope();
        Ops ops =
            new ObservingOps(
                new EagerOps(model.device()),
                (layer, x) -> {
                  if (layer.parts().contains(slot.linear())) {
                    double[] row = new double[x.cols()];
                    double[][] rows = new double[x.rows()][];
                    for (int t = 0; t < rows.length; t++) {
                      x.data().read(x.offset() + (long) t * x.stride(), row, 0, row.length);
                      rows[t] = row.clone();
                    }
                    seen.add(rows);
                  }
                })) {
      TokenBatch batch = TokenBatch.of(scope, List.of(sequence), model.info());
      model.forward(ops, batch, new ArrayList<>());
    }
    assertEquals(1, seen.size());
    return seen.get(0);
  }

  private static double[] gram(List<double[]> rows) {
    int n = rows.get(0).length;
    double[] gram = new double[n * n];
    for (double[] row : rows) {
      for (int i = 0; i < n * n; i++) {
        gram[i] += row[i / n] * row[i % n];
      }
    }
    return gram;
  }

  /** What a model's head reads: the first token, or the last that is not padding. */
  private static int read(String kind, TokenSequence sequence, int padding) {
    if (!kind.startsWith("gpt2")) {
      return 0;
    }
    int last = sequence.length() - 1;
    while (last > 0 && sequence.ids()[last] == padding) {
      last--;
    }
    return last;
  }

  @ParameterizedTest
  @CsvSource({"bert", "roberta", "distilbert", "gpt2", "gpt2 split", "gpt2-lm"})
  void inTheLastBlockOnlyTokensThatTheHeadReadsCount(String kind) throws IOException {
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        GoldenModel golden = load(kind, device)) {
      Model model = golden.model();
      int padding = model.info().padding();
      List<TokenSequence> sequences = sequences(kind.startsWith("gpt2") ? padding : -1);
      LabelledExamples examples =
          new LabelledExamples(sequences, new double[] {0, 1, 1, 0, 1}, false);
      try (Calibrator all =
          new Calibrator(model, examples, "key", folder.resolve("cache"), done -> {})) {
        Calibrator reached = all.over(Tokens.REACHED);
        assertSame(all, reached.over(Tokens.ALL));
        // Of another model it belongs to nobody else: to close it closes all that it collects.
        try (Calibrator other = reached.of(model)) {
          assertSame(other, other.over(Tokens.ALL));
        }
        int last = model.slots().get(model.slots().size() - 1).layer();
        for (LinearSlot slot : model.slots()) {
          boolean few =
              slot.layer() == last && !READ_ALL.contains(slot.role()) && !kind.equals("gpt2-lm");
          List<double[]> rows = new ArrayList<>();
          for (TokenSequence sequence : sequences) {
            double[][] inputs = inputs(model, slot, sequence);
            rows.addAll(
                few ? List.of(inputs[read(kind, sequence, padding)]) : Arrays.asList(inputs));
          }
          Moments moments = reached.moments().of(slot.name());
          assertEquals(rows.size(), moments.tokens(), slot.name());
          double[] wanted = gram(rows);
          double scale = Arrays.stream(wanted).map(Math::abs).max().orElseThrow();
          assertArrayEquals(wanted, moments.gram().data().toDoubles(), 1e-5 * scale, slot.name());
          assertEquals(21, all.moments().of(slot.name()).tokens());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"bert", "gpt2 split"})
  void whatErrorsCostIsCountedForTheSameTokens(String kind) throws IOException {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        GoldenModel golden = load(kind, device)) {
      Model model = golden.model();
      LabelledExamples examples =
          new LabelledExamples(sequences(-1), new double[] {0, 1, 1, 0, 1}, false);
      try (Calibrator all = new Calibrator(model, examples, "key", null, done -> {})) {
        Calibrator reached = all.over(Tokens.REACHED);
        assertSame(all.fisher(), reached.fisher());
        for (LinearSlot slot : model.slots()) {
          // Other tokens of the last block have no gradient: the sums are the same.
          assertEquals(
              21 * all.gradients().sensitivities().get(slot.name()),
              reached.moments().of(slot.name()).tokens()
                  * reached.gradients().sensitivities().get(slot.name()),
              1e-9,
              slot.name());
        }
      }
    }
  }
}
