package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.benchmarks.model.BertCompression;
import io.github.lrfbench.benchmarks.model.BertLatency;
import io.github.lrfbench.benchmarks.model.BertTrainingStep;
import io.github.lrfbench.benchmarks.model.EvaluationRate;
import io.github.lrfbench.benchmarks.model.Gpt2Latency;
import io.github.lrfbench.benchmarks.regress.Suite.Peer;
import io.github.lrfbench.benchmarks.svd.BertSvd;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.demo.DemoTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that is compared: the benchmarks of this module beside those of {@code peers}. */
final class Suites {
  private static final int RANK = 128;
  private static final int EXAMPLES = 128;

  private final Path root;
  private final String python;
  private final int threads;
  private final boolean quick;

  /**
   * Suites that are run alike.
   *
   * @param root of the repository
   * @param python that has the peers
   * @param threads of both sides
   * @param quick for fewer runs of each
   */
  Suites(Path root, String python, int threads, boolean quick) {
    this.root = root;
    this.python = python;
    this.threads = threads;
    this.quick = quick;
  }

  /** Those that take seconds, with which quick rounds content themselves. */
  List<Suite> quick() {
    return List.of(bert(), gpt2(), startUp());
  }

  /**
   * All of them.
   *
   * @param folder where matrices and models can be left for as long as rounds last
   */
  List<Suite> all(Path folder) {
    List<Suite> suites = new ArrayList<>(quick());
    suites.addAll(List.of(svd(folder), training(), compression(), threads(), evaluation(folder)));
    return suites;
  }

  /** The command that prints {@link Limits}. */
  List<String> limits() {
    return java("", MachineLimits.class, threads);
  }

  private Suite bert() {
    List<String> shapes = List.of("1x128", "8x128", "1x32", "1x8");
    List<String> ours = java("", BertLatency.class, "cpu", threads, RANK, runs(), "fp32");
    ours.addAll(shapes);
    List<String> theirs =
        peer("bert_cpu.py", "--threads", threads, "--rank", RANK, "--runs", runs(), "--no-torch");
    theirs.addAll(List.of("--shapes", String.join(",", shapes)));
    return new Suite(
        "bert",
        List.of(python("onnxruntime", "onnxruntime")),
        theirs,
        ours,
        cells -> latency(cells, cells[1].replace("fp32 ", "")),
        subject -> {
          int[] shape = shape(subject);
          return Work.bert(subject.startsWith("dense") ? 0 : RANK, shape[0], shape[1]);
        });
  }

  private Suite gpt2() {
    List<String> subjects = List.of("last:1x128", "decode:1x512");
    List<String> ours = java("", Gpt2Latency.class, "cpu", threads, runs(), "fp32");
    ours.addAll(subjects);
    List<String> theirs = peer("gpt2_cpu.py", "--threads", threads, "--runs", runs(), "--no-onnx");
    theirs.addAll(subjects);
    return new Suite(
        "gpt2",
        List.of(python("pytorch", "torch")),
        theirs,
        ours,
        cells -> latency(cells, cells[1]),
        subject -> {
          int[] shape = shape(subject);
          return subject.startsWith("decode")
              ? Work.decode(shape[0], shape[1])
              : Work.gpt2(shape[0], shape[1]);
        });
  }

  private Suite startUp() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Peer peer = new Peer("java", () -> System.getProperty("java.version"));
    return new Suite(
        "start-up",
        List.of(peer),
        java("", StartUp.class, peer.name(), runs(), java, "-version"),
        java("", StartUp.class, Timed.OURS, runs(), root.resolve("lrfbench"), "list", "methods"),
        cells -> new Timed(cells[0], "list methods", Double.parseDouble(cells[2])),
        null);
  }

  private Suite svd(Path folder) {
    int runs = quick ? 1 : 3;
    return new Suite(
        "svd",
        List.of(python("numpy", "numpy"), python("torch-lowrank", "torch")),
        List.of(
            "sh",
            "-ec",
            "\"$0\" \"$1\" make \"$2\"; exec \"$0\" \"$1\" time \"$2\" --threads "
                + threads
                + " --rank "
                + RANK
                + " --peers numpy,torch-lowrank",
            python,
            script("svd_numpy.py"),
            folder.toString()),
        java("", BertSvd.class, folder, threads, RANK, runs, "auto"),
        cells ->
            new Timed(
                cells[0].equals(Timed.OURS) ? cells[0] : cells[1],
                "72 matrices rank-" + RANK,
                1e3 * Double.parseDouble(cells[4])),
        null);
  }

  private Suite training() {
    int batch = 8;
    int tokens = 128;
    int steps = quick ? 2 : 5;
    return new Suite(
        "training",
        List.of(python("pytorch", "torch")),
        peer(
            "train_step_torch.py",
            "--threads",
            threads,
            "--batch",
            batch,
            "--tokens",
            tokens,
            "--steps",
            steps),
        java("-Xmx1g", BertTrainingStep.class, "cpu", threads, batch, tokens, steps),
        cells -> new Timed(cells[0], "step " + batch + "x" + tokens, Double.parseDouble(cells[3])),
        // The backward pass has two products for one of the forward pass.
        subject -> Work.bert(0, batch, tokens).times(3));
  }

  private Suite compression() {
    return new Suite(
        "compression",
        List.of(),
        List.of(),
        java("", BertCompression.class, "cpu", threads, EXAMPLES, "drone", "fwsvd"),
        cells ->
            new Timed(
                cells[0], cells[1], Double.parseDouble(cells[4]) + Double.parseDouble(cells[5])),
        subject -> {
          int rows = BertCompression.tokens(EXAMPLES);
          return subject.equals("drone") ? Work.moments(rows) : Work.gradientsAndMoments(rows);
        });
  }

  /** The threads asked for beside one, both ours: 1 divided by the threads would be perfect. */
  private Suite threads() {
    Peer one =
        new Peer(
            "single",
            () -> {
              if (threads == 1) {
                throw new FailedCall("there is one thread");
              }
              return "thread";
            });
    List<String> theirs =
        new ArrayList<>(
            List.of("sh", "-ec", "\"$@\" | sed s/^" + Timed.OURS + ",/" + one.name() + ",/", "sh"));
    theirs.addAll(scaled(1));
    return new Suite(
        "threads",
        List.of(one),
        theirs,
        scaled(threads),
        cells -> latency(cells, cells[1].replace("fp32 ", "")),
        null);
  }

  private List<String> scaled(int count) {
    return java("", BertLatency.class, "cpu", count, RANK, runs(), "fp32", "8x128", "1x128");
  }

  /** Scores sentences of the demo in models that the peer makes, of two shapes. */
  private Suite evaluation(Path folder) {
    Path glue = DemoTasks.unpack(folder, DemoTask.SST2);
    Path tokenizer = DemoModel.BERT.unpack(folder, DemoTask.SST2.taskName());
    int sentences = quick ? 64 : 256;
    List<String> subjects =
        Stream.of("6x384", "bert-base")
            .map(shape -> folder.resolve(shape + "-sst2") + ":sst2")
            .toList();
    List<String> ours =
        java("", EvaluationRate.class, "cpu", threads, glue, sentences, quick ? 1 : 3);
    ours.addAll(subjects);
    return new Suite(
        "evaluation",
        List.of(python("onnxruntime", "onnxruntime"), python("pytorch", "torch")),
        List.of(
            "sh",
            "-ec",
            "\"$0\" -W ignore \"$1\" models --model \"$2\" --out \"$3\" --shapes 6x384,bert-base"
                + " >/dev/null; exec \"$0\" -W ignore \"$1\" time --glue \"$4\" --threads "
                + threads
                + " --limit "
                + sentences
                + " "
                + subjects.stream()
                    .map(subject -> "'" + subject + "'")
                    .collect(Collectors.joining(" ")),
            python,
            script("evaluate_cpu.py"),
            tokenizer.toString(),
            folder.toString(),
            glue.toString()),
        ours,
        cells -> new Timed(cells[0], cells[1] + " " + cells[3], Double.parseDouble(cells[4])),
        null);
  }

  private int runs() {
    return quick ? 5 : 20;
  }

  private static Timed latency(String[] cells, String variant) {
    return new Timed(
        cells[0], variant + " " + cells[2] + "x" + cells[3], Double.parseDouble(cells[4]));
  }

  /** The batch and the tokens at the end of a subject's name. */
  private static int[] shape(String subject) {
    String shape = subject.substring(subject.lastIndexOf(' ') + 1);
    return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  /** A peer that is a distribution of Python. */
  private Peer python(String name, String distribution) {
    String program = "import importlib.metadata as m; print(m.version('" + distribution + "'))";
    return new Peer(name, () -> Calls.run(List.of(python, "-c", program)).get(0));
  }

  /** Python without its warnings. */
  private List<String> peer(String script, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(python, "-W", "ignore", script(script)));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return command;
  }

  private String script(String name) {
    return root.resolve("benchmarks/peers").resolve(name).toString();
  }

  /** Java with this process's classes. */
  private static List<String> java(String option, Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    if (!option.isEmpty()) {
      command.add(option);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return command;
  }
}
