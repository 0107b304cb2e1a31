package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.demo.language.Grammar;
import io.github.lrfbench.harness.demo.language.Grammars;
import io.github.lrfbench.harness.demo.language.Sample;
import io.github.lrfbench.harness.demo.language.SplitMix64;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The four synthetic tasks. Each is laid out in files as the GLUE task it is modelled on, in a
 * folder of the same name, but not a word of it comes from GLUE.
 */
public enum DemoTask {
  /** Acceptability in the layout of CoLA. */
  COLA("demo-cola", "CoLA", Grammars.acceptability(), List.of("unacceptable", "acceptable")) {
    @Override
    String header() {
      return "";
    }

    @Override
    String row(int index, List<String> texts, String label) {
      return String.join("\t", SOURCE, label, label.equals("0") ? "*" : "", texts.get(0));
    }

    @Override
    String otherLabel(String label) {
      return label.equals("0") ? "1" : "0";
    }

    @Override
    boolean isWellFormed(DemoExample example) {
      return example.label().equals("1") != example.mislabelled();
    }
  },

  /** Sentiment in the layout of SST-2. */
  SST2("demo-sst2", "SST-2", Grammars.sentiment(), List.of("negative", "positive")) {
    @Override
    String header() {
      return "sentence\tlabel\n";
    }

    @Override
    String row(int index, List<String> texts, String label) {
      return String.join("\t", texts.get(0), label);
    }

    @Override
    String otherLabel(String label) {
      return label.equals("0") ? "1" : "0";
    }
  },

  /** Entailment between two sentences in the layout of RTE. */
  RTE("demo-rte", "RTE", Grammars.entailment(), List.of("entailment", "not_entailment")) {
    @Override
    String header() {
      return "index\tsentence1\tsentence2\tlabel\n";
    }

    @Override
    String row(int index, List<String> texts, String label) {
      return String.join("\t", Integer.toString(index), texts.get(0), texts.get(1), label);
    }

    @Override
    String otherLabel(String label) {
      return label.equals("entailment") ? "not_entailment" : "entailment";
    }
  },

  /** Similarity of two sentences in the layout of STS-B, from 0 to 5. */
  STSB("demo-stsb", "STS-B", Grammars.similarity(), List.of()) {
    @Override
    String header() {
      return "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";
    }

    @Override
    String row(int index, List<String> texts, String label) {
      String number = Integer.toString(index);
      return String.join(
          "\t",
          number,
          SOURCE,
          SOURCE,
          "none",
          number,
          "none",
          "none",
          texts.get(0),
          texts.get(1),
          label);
    }

    @Override
    String otherLabel(String label) {
      return label;
    }
  };

  /** What the files give as the origin of a row. */
  static final String SOURCE = "synthetic";

  private final String taskName;
  private final String folder;
  private final Grammar grammar;
  private final List<String> labels;

  DemoTask(String taskName, String folder, Grammar grammar, List<String> labels) {
    this.taskName = taskName;
    this.folder = folder;
    this.grammar = grammar;
    this.labels = labels;
  }

  /**
   * The task of a name such as {@code demo-cola}.
   *
   * @throws InputException if there is none
   */
  public static DemoTask of(String taskName) {
    return Arrays.stream(values())
        .filter(task -> task.taskName.equals(taskName))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException("unknown demo task \"" + taskName + "\"; known are " + names()));
  }

  private static String names() {
    return Arrays.stream(values()).map(DemoTask::taskName).collect(Collectors.joining(", "));
  }

  /** The name users call it by, such as {@code demo-cola}. */
  public String taskName() {
    return taskName;
  }

  /** The folder its files lie in: that of the GLUE task it is laid out as. */
  public String folder() {
    return folder;
  }

  /** The names of the classes in the order of the model's logits; empty for a score. */
  public List<String> labels() {
    return labels;
  }

  List<Sample> samples(SplitMix64 random) {
    return grammar.next(random);
  }

  /** The first line of a file with its line end; empty if the layout has none. */
  abstract String header();

  /** A line of the file, without its line end. */
  abstract String row(int index, List<String> texts, String label);

  /** The label that a slip of the annotator turns this one into; itself where it is a score. */
  abstract String otherLabel(String label);

  /** Whether the example's texts are sentences as anybody would write them. */
  boolean isWellFormed(DemoExample example) {
    return true;
  }
}
