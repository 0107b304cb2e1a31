package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.glue.metric.Confusion;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds the {@link LabelMap} of a checkpoint. */
public final class LabelMaps {
  /** How many examples {@link #probe} looks at. */
  public static final int PROBED_EXAMPLES = 200;

  /** How often chance alone may make an order look better than one that is right. */
  private static final double LEVEL = 1e-3;

  private static final Pattern GENERIC =
      Pattern.compile("(?:label[_ -]?)?([0-9]{1,4})", Pattern.CASE_INSENSITIVE);

  private LabelMaps() {}

  /**
   * The map by the names in a checkpoint's {@code id2label}: real names and their synonyms mean the
   * task's class of that name, {@code LABEL_i} means class i.
   *
   * @param outputs how many numbers the checkpoint's head gives
   * @param id2label the checkpoint's names, not modified; empty if it has none
   * @throws InputException if the number of outputs is not the task's, or the names are not its
   *     labels
   */
  public static LabelMap resolve(GlueTask task, int outputs, Map<Integer, String> id2label) {
    if (outputs == 0) {
      throw new InputException(
          "the model is a language model without a classifier for task "
              + task.name()
              + "; 'lrfbench finetune' gives it one");
    }
    if (outputs != task.outputs()) {
      throw new InputException(
          "the checkpoint's head has "
              + outputs
              + " outputs, but task "
              + task.name()
              + (task.isRegression() ? " needs 1, a score" : " has the labels " + labels(task)));
    }
    if (task.isRegression()) {
      return new LabelMap(List.of("score"), List.of(0), "a score");
    }
    if (id2label.isEmpty()) {
      return numbered(task, LabelMap.positions(outputs), "no names");
    }
    List<String> names = namesInOrder(outputs, id2label);
    return isGeneric(names) ? asNumbered(task, names) : asNamed(task, names);
  }

  /**
   * Whether the names leave open which class an output means: three-way inference has three orders
   * in circulation, so that {@code LABEL_i} says nothing there, and {@link #probe} should decide.
   */
  public static boolean isAmbiguous(GlueTask task, Map<Integer, String> id2label) {
    return task.labels().size() > 2 && isGeneric(id2label.values());
  }

  /** Whether all names only number the outputs: {@code LABEL_0}, {@code 0}; also true of none. */
  public static boolean isGeneric(Iterable<String> names) {
    for (String name : names) {
      if (!GENERIC.matcher(name).matches()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The map under which the first (at most 200) examples are predicted best, among all
   * permutations, if it is better than each of the others beyond chance: of the examples that are
   * right under one of the two orders only, so many are right under the best that a fair coin would
   * give as many in less than one of a thousand cases (a one-sided sign test). Meant for the dense
   * model: what it finds holds for its compressed versions, which must not be probed again. Its
   * origin tells the accuracy, to be logged.
   *
   * @param data labelled examples
   * @param logits in the checkpoint's order [examples][outputs], not modified
   * @return empty if the examples do not tell the order
   * @throws InputException if an example has no label or a logit is not finite
   * @throws IllegalArgumentException if lengths differ
   */
  public static Optional<LabelMap> probe(GlueDataset data, float[][] logits) {
    GlueTask task = data.task();
    GlueScorer.requireFinite(data, logits);
    int classes = task.outputs();
    int examples = Math.min(PROBED_EXAMPLES, data.examples().size());
    LabelMap identity =
        new LabelMap(LabelMap.numberedOutputs(classes), LabelMap.positions(classes), "identity");
    int[] truth = GlueScorer.classes(task, Arrays.copyOf(data.labels(), examples));
    int[] outputs = Arrays.stream(logits).limit(examples).mapToInt(identity::predict).toArray();
    Confusion confusion = Confusion.of(truth, outputs, classes);
    List<List<Integer>> orders = permutations(LabelMap.positions(classes));
    List<Integer> best =
        orders.stream()
            .max(Comparator.comparingLong(order -> hits(confusion, order)))
            .orElseThrow();
    if (orders.stream().anyMatch(other -> !other.equals(best) && !beats(confusion, best, other))) {
      return Optional.empty();
    }
    String origin =
        String.format(
            Locale.ROOT,
            "outputs %s mean %s: best of %d orders on %d examples of %s %s, %d right (%d as numbered)",
            identity.outputNames(),
            best.stream().map(task.labelNames()::get).toList(),
            orders.size(),
            examples,
            task.name(),
            data.split().id(),
            hits(confusion, best),
            hits(confusion, identity.toClass()));
    return Optional.of(new LabelMap(identity.outputNames(), best, origin));
  }

  /** Whether more examples are right under one order than under another, beyond chance. */
  private static boolean beats(Confusion confusion, List<Integer> order, List<Integer> other) {
    long wins = 0;
    long losses = 0;
    for (int output = 0; output < order.size(); output++) {
      if (!order.get(output).equals(other.get(output))) {
        wins += confusion.count(order.get(output), output);
        losses += confusion.count(other.get(output), output);
      }
    }
    return coinGives(wins, wins + losses) < LEVEL;
  }

  /** How likely a fair coin shows at least some number of heads. */
  private static double coinGives(long heads, long tosses) {
    double logarithm = -tosses * Math.log(2);
    double sum = 0;
    for (long k = 0; k <= tosses; k++) {
      if (k >= heads) {
        sum += Math.exp(logarithm);
      }
      logarithm += Math.log((double) (tosses - k) / (k + 1));
    }
    return sum;
  }

  /** Outputs that mean the classes of some numbers, because nothing else is known of them. */
  private static LabelMap numbered(GlueTask task, List<Integer> numbers, String why) {
    List<String> outputs = LabelMap.numberedOutputs(numbers.size());
    List<String> classes = numbers.stream().map(task.labelNames()::get).toList();
    return new LabelMap(
        outputs, numbers, why + ", as numbered: outputs " + outputs + " mean " + classes);
  }

  private static List<String> namesInOrder(int outputs, Map<Integer, String> id2label) {
    List<Integer> keys = id2label.keySet().stream().sorted().toList();
    if (!keys.equals(LabelMap.positions(outputs))) {
      throw new InputException(
          "the checkpoint's id2label does not name each of the outputs 0 to " + (outputs - 1));
    }
    return keys.stream().map(id2label::get).toList();
  }

  private static LabelMap asNumbered(GlueTask task, List<String> names) {
    List<Integer> numbers = new ArrayList<>();
    for (String name : names) {
      Matcher matcher = GENERIC.matcher(name);
      if (matcher.matches()) {
        numbers.add(Integer.parseInt(matcher.group(1)));
      }
    }
    if (!numbers.stream().sorted().toList().equals(LabelMap.positions(names.size()))) {
      throw mismatch(task, names);
    }
    return numbered(task, numbers, "generic names");
  }

  private static LabelMap asNamed(GlueTask task, List<String> names) {
    List<Integer> classes = new ArrayList<>();
    for (String name : names) {
      int meant =
          IntStream.range(0, task.labels().size())
              .filter(k -> task.labels().get(k).isCalled(name))
              .findFirst()
              .orElseThrow(() -> mismatch(task, names));
      if (classes.contains(meant)) {
        throw mismatch(task, names);
      }
      classes.add(meant);
    }
    return new LabelMap(names, classes, "by name");
  }

  private static InputException mismatch(GlueTask task, List<String> names) {
    return new InputException(
        "the checkpoint's labels "
            + names.stream().map(OneLine::quote).collect(Collectors.joining(", "))
            + " are not those of task "
            + task.name()
            + ": "
            + labels(task));
  }

  private static String labels(GlueTask task) {
    return String.join(", ", task.labelNames());
  }

  private static long hits(Confusion confusion, List<Integer> toClass) {
    return IntStream.range(0, toClass.size())
        .mapToLong(output -> confusion.count(toClass.get(output), output))
        .sum();
  }

  /** All orders of a few elements, in lexicographic order. */
  private static List<List<Integer>> permutations(List<Integer> elements) {
    if (elements.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (Integer head : elements) {
      List<Integer> rest = elements.stream().filter(element -> !element.equals(head)).toList();
      for (List<Integer> tail : permutations(rest)) {
        List<Integer> order = new ArrayList<>(List.of(head));
        order.addAll(tail);
        all.add(order);
      }
    }
    return all;
  }
}
