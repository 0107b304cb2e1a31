package io.github.lrfbench.harness.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.evaluate.TaskEvaluation;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.CsvAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains a model and keeps its directory up to date: the best weights so far as a checkpoint, a log
 * of every step, and a state to go on from after a kill.
 */
public final class FineTuning {
  private static final String STATE = ".lrfbench-training";
  private static final List<String> LOG_HEADER =
      List.of("step", "epoch", "loss", "learning_rate", "metric", "seconds");

  private FineTuning() {}

  /**
   * What is trained and where to.
   *
   * @param model trained in place
   * @param config what the trained model's {@code config.json} shall hold
   * @param source the directory whose tokenizer is copied
   * @param out the directory to write
   * @param fingerprint of everything that decides the result
   * @param block what {@code config.json} shall tell of the training
   * @param saveEvery steps between saves within an epoch; 0 saves after epochs only
   */
  public record Job(
      Model model,
      ObjectNode config,
      Path source,
      Path out,
      String fingerprint,
      ObjectNode block,
      long saveEvery) {}

  /** Forgets an unfinished training. */
  public static void restart(Path out) {
    new TrainingState(out.resolve(STATE), "").delete();
    try {
      Files.deleteIfExists(out.resolve(CheckpointWriter.TRAINING_LOG));
    } catch (IOException e) {
      throw Faults.cannotWrite(out, e);
    }
  }

  /** Whether an unfinished training can be gone on with. */
  public static boolean isUnfinished(Path out) {
    return Files.isDirectory(out.resolve(STATE));
  }

  /**
   * Trains, or goes on with an unfinished training of the same fingerprint.
   *
   * @throws io.github.lrfbench.kernels.InputException if the loss becomes NaN; the checkpoint of
   *     the best epoch before stays
   */
  public static Trainer.Outcome run(
      Job job,
      TrainingSet examples,
      TrainingSettings settings,
      TaskEvaluation evaluation,
      TrainingListener listener) {
    TrainingState state = new TrainingState(job.out.resolve(STATE), job.fingerprint);
    Path logFile = job.out.resolve(CheckpointWriter.TRAINING_LOG);
    try {
      Files.createDirectories(job.out);
      cutLog(logFile, state.savedSteps());
    } catch (IOException e) {
      throw Faults.cannotWrite(job.out, e);
    }
    try (CsvAppender log = CsvAppender.open(logFile, LOG_HEADER)) {
      Recorder recorder = new Recorder(job, log, listener);
      Trainer trainer =
          new Trainer(
              job.model, examples, settings, evaluation, recorder, state, job.saveEvery, null);
      Trainer.Outcome outcome = trainer.run();
      recorder.write();
      state.delete();
      return outcome;
    }
  }

  /** Takes out the rows of steps that were not saved, which will be done again. */
  private static void cutLog(Path log, long savedSteps) throws IOException {
    if (!Files.exists(log)) {
      return;
    }
    List<String> kept = new ArrayList<>();
    for (String line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
      String step = line.substring(0, Math.max(0, line.indexOf(',')));
      boolean header = step.equals(LOG_HEADER.get(0));
      if (header || step.matches("[0-9]+") && Long.parseLong(step) <= savedSteps) {
        kept.add(line);
      }
    }
    Path draft = log.resolveSibling(STATE + ".csv.tmp");
    Files.writeString(draft, String.join("\r\n", kept) + "\r\n", StandardCharsets.UTF_8);
    Files.move(draft, log, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes the log and the checkpoint as training goes on. */
  private static final class Recorder implements TrainingListener {
    private final Job job;
    private final CsvAppender log;
    private final TrainingListener next;

    Recorder(Job job, CsvAppender log, TrainingListener next) {
      this.job = job;
      this.log = log;
      this.next = next;
    }

    @Override
    public void step(int epoch, long step, long total, double loss, double rate, double seconds) {
      append(step, epoch, loss, number(rate), "", seconds);
      next.step(epoch, step, total, loss, rate, seconds);
    }

    @Override
    public void epoch(
        int epoch, long step, double loss, double metric, boolean best, double seconds) {
      append(step, epoch, loss, "", Double.isNaN(metric) ? "" : number(metric), seconds);
      if (best) {
        write();
      }
      next.epoch(epoch, step, loss, metric, best, seconds);
    }

    private void append(
        long step, int of, double loss, String rate, String metric, double seconds) {
      log.append(
          List.of(
              Long.toString(step),
              Integer.toString(of),
              number(loss),
              rate,
              metric,
              String.format(Locale.ROOT, "%.3f", seconds)));
    }

    private static String number(double value) {
      return Double.toString(value);
    }

    void write() {
      TrainedCheckpoint.write(job.out, job.model, job.config, job.block, job.source);
    }
  }
}
