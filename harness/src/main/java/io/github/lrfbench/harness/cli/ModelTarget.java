package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say where a command writes a model. */
final class ModelTarget {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory to write.")
  Path out;

  @Option(
      names = "--overwrite",
      description =
          "Replace a model in the directory, if lrfbench wrote it; any other is left as it is.")
  private boolean overwrite;

  /**
   * Checks that a model may be written.
   *
   * @param sources what it is made of, which is never overwritten
   * @throws InputException if it may not
   */
  void require(List<Path> sources) {
    requireOther(sources);
    CheckpointWriter.requireWritable(out);
    requireVacant(CheckpointWriter.holdsModel(out), "a model");
  }

  /**
   * Checks that what the directory holds is not in the way.
   *
   * @param taken whether it holds something that is done
   * @param what that is
   * @throws InputException if it is, and may not be overwritten
   */
  void requireVacant(boolean taken, String what) {
    if (taken && !overwrite) {
      throw Faults.of(
          out, "holds " + what + "; give --overwrite to replace it, or another directory");
    }
  }

  /**
   * Checks that none of the sources is the directory.
   *
   * @throws InputException if one is
   */
  void requireOther(List<Path> sources) {
    for (Path source : sources) {
      if (isSame(source)) {
        throw Faults.of(out, "--out is what is read; give another directory");
      }
    }
  }

  private boolean isSame(Path source) {
    try {
      return Files.exists(out) && Files.isSameFile(out, source);
    } catch (IOException e) {
      // What cannot be looked at is no directory that was read.
      return false;
    }
  }
}
