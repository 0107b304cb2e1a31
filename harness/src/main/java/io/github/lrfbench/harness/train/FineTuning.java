package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.exchange.Exchanged;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.LockFile;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.CsvAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Trains a model and keeps its directory up to date: the weights to keep so far as a checkpoint, a
 * log of every step, and a state to go on from after a kill.
 */
public final class FineTuning {
  private static final String STATE = CheckpointWriter.TRAINING_STATE;
  private static final List<String> LOG_HEADER =
      List.of("step", "epoch", "loss", "learning_rate", "metric", "held_out_loss", "seconds");

  private FineTuning() {}

  /** Writes what was trained as it is now. */
  public interface Output {
    /**
     * Writes a directory, or writes it anew.
     *
     * @throws io.github.lrfbench.kernels.InputException if it cannot be written
     */
    void write(Path target);
  }

  /**
   * What is trained and where to.
   *
   * @param model trained in place
   * @param trained its weights that are trained
   * @param output writes the weights of the epoch that is kept
   * @param out the directory to write
   * @param fingerprint of everything that decides the result
   * @param saveEvery steps between saves within an epoch; 0 saves after epochs only
   * @param coordinates in which steps are taken; null for the weights themselves
   * @param workers that share every batch, without coordinates; null for none
   */
  public record Job(
      Model model,
      List<Parameter> trained,
      Output output,
      Path out,
      String fingerprint,
      long saveEvery,
      StepCoordinates coordinates,
      Workers workers) {
    /** Training of the weights as they are. */
    public Job(
        Model model,
        List<Parameter> trained,
        Output output,
        Path out,
        String fingerprint,
        long saveEvery) {
      this(model, trained, output, out, fingerprint, saveEvery, null, null);
    }
  }

  /**
   * Forgets an unfinished training.
   *
   * @throws io.github.lrfbench.kernels.InputException if another process goes on with it
   */
  public static void restart(Path out) {
    if (!Files.isDirectory(out)) {
      return;
    }
    Path log = out.resolve(CheckpointWriter.TRAINING_LOG);
    try (LockFile lock = CsvAppender.lock(log)) {
      new TrainingState(out.resolve(STATE), "").delete();
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw Faults.cannotWrite(out, e);
    }
  }

  /** Whether a directory is that of a training which is not over, saved already or not. */
  public static boolean isBegun(Path out) {
    return Files.isDirectory(out.resolve(STATE));
  }

  /** Whether an unfinished training can be gone on with. */
  public static boolean isUnfinished(Path out) {
    return new TrainingState(out.resolve(STATE), "").savedSteps() > 0;
  }

  /**
   * Trains, or goes on with an unfinished training of the same fingerprint.
   *
   * @param evaluation for the log; it decides nothing
   * @throws io.github.lrfbench.kernels.InputException if the loss becomes NaN; the checkpoint of
   *     the epoch that was kept before stays
   */
  public static Trainer.Outcome run(
      Job job,
      TrainingSet examples,
      TrainingSettings settings,
      Evaluation evaluation,
      TrainingListener listener) {
    TrainingState state = new TrainingState(job.out.resolve(STATE), job.fingerprint);
    Path logFile = job.out.resolve(CheckpointWriter.TRAINING_LOG);
    state.requireOwn();
    if (state.savedSteps() == 0) {
      // None of a log's rows stays; it may be one of a version with other columns.
      restart(job.out);
    }
    state.prepare();
    try (CsvAppender log = CsvAppender.open(logFile, header(job.workers))) {
      log.keep(rowsUpTo(state.savedSteps(), logFile));
      Recorder recorder = new Recorder(job, log, listener);
      Trainer trainer =
          new Trainer(
              job.model,
              job.trained,
              examples,
              settings,
              evaluation,
              recorder,
              state,
              job.saveEvery,
              null,
              job.coordinates,
              job.workers);
      Trainer.Outcome outcome = trainer.run();
      job.output.write(job.out);
      state.delete();
      return outcome;
    }
  }

  private static List<String> header(Workers workers) {
    List<String> header = new ArrayList<>(LOG_HEADER);
    if (workers != null) {
      header.addAll(workers.columns());
    }
    return header;
  }

  /** The number of the log's first rows that belong to saved steps; the others are done again. */
  private static int rowsUpTo(long savedSteps, Path log) {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
      return (int)
          lines
              .skip(1)
              .takeWhile(line -> line.matches("[0-9]{1,18},.*"))
              .takeWhile(line -> Long.parseLong(line.split(",")[0]) <= savedSteps)
              .count();
    } catch (IOException e) {
      throw Faults.of(log, e);
    }
  }

  /** Writes the log and the checkpoint as training goes on. */
  private static final class Recorder implements TrainingListener {
    private final Job job;
    private final CsvAppender log;
    private final TrainingListener next;

    /** Of the step that comes; null where none were exchanged. */
    private Exchanged exchange;

    Recorder(Job job, CsvAppender log, TrainingListener next) {
      this.job = job;
      this.log = log;
      this.next = next;
    }

    @Override
    public void exchanged(Exchanged done) {
      exchange = done;
      next.exchanged(done);
    }

    @Override
    public void step(int epoch, long step, long total, double loss, double rate, double seconds) {
      append(step, epoch, loss, number(rate), "", "", seconds);
      exchange = null;
      next.step(epoch, step, total, loss, rate, seconds);
    }

    @Override
    public void epoch(Epoch epoch) {
      append(
          epoch.step(),
          epoch.number(),
          epoch.loss(),
          "",
          known(epoch.metric()),
          known(epoch.heldOutLoss()),
          epoch.seconds());
      if (epoch.kept()) {
        job.output.write(job.out);
      }
      next.epoch(epoch);
    }

    private void append(
        long step,
        int of,
        double loss,
        String rate,
        String metric,
        String heldOut,
        double seconds) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  Long.toString(step),
                  Integer.toString(of),
                  number(loss),
                  rate,
                  metric,
                  heldOut,
                  String.format(Locale.ROOT, "%.3f", seconds)));
      if (job.workers != null) {
        cells.addAll(job.workers.cells(exchange));
      }
      log.append(cells);
    }

    private static String known(double value) {
      return Double.isNaN(value) ? "" : number(value);
    }

    private static String number(double value) {
      return Double.toString(value);
    }
  }
}
