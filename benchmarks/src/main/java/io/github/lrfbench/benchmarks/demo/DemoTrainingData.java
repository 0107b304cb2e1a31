package io.github.lrfbench.benchmarks.demo;

import io.github.lrfbench.harness.demo.DemoData;
import io.github.lrfbench.harness.demo.DemoExample;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.LabelledExamples;
import java.util.ArrayList;
import java.util.List;

/**
 * A demo task's training examples as tokens.
 *
 * @param task the task
 * @param set the examples, in the order in which they were drawn: minimal pairs side by side
 * @param marks for every example which of its tokens are wrong; null where that is not known
 */
record DemoTrainingData(DemoTask task, LabelledExamples set, List<boolean[]> marks) {
  private static final int MAX_LENGTH = 128;

  /** The first examples of a task. */
  static DemoTrainingData draw(DemoTask task, int count, Tokenizer tokenizer) {
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[count];
    List<DemoExample> examples = DemoData.of(task, DemoData.SEED, DemoData.DEV_SIZE, count).train();
    for (int i = 0; i < count; i++) {
      DemoExample example = examples.get(i);
      String second = example.texts().size() > 1 ? example.texts().get(1) : null;
      sequences.add(tokenizer.encode(example.texts().get(0), second, MAX_LENGTH));
      targets[i] = target(task, example.label());
    }
    boolean regression = task.labels().isEmpty();
    LabelledExamples set = new LabelledExamples(List.copyOf(sequences), targets, regression);
    return new DemoTrainingData(
        task, set, task == DemoTask.COLA ? ErrorMarks.of(set) : ErrorMarks.unknown(count));
  }

  private static double target(DemoTask task, String label) {
    if (task.labels().isEmpty()) {
      return Double.parseDouble(label);
    }
    int named = task.labels().indexOf(label);
    return named >= 0 ? named : Integer.parseInt(label);
  }
}
