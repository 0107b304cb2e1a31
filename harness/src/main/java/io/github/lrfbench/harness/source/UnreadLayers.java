package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Model;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Layers that a checkpoint holds beyond those that its configuration counts. */
final class UnreadLayers {
  private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(?:layer|h)\\.(\\d{1,9})\\.");

  private UnreadLayers() {}

  static void tell(Checkpoint checkpoint, Model model, Notes notes) {
    int read = model.slots().stream().mapToInt(slot -> slot.layer() + 1).max().orElse(0);
    long stored =
        checkpoint.names().stream()
            .map(LAYER::matcher)
            .filter(Matcher::find)
            .mapToInt(matcher -> Integer.parseInt(matcher.group(1)) + 1)
            .max()
            .orElse(0);
    if (stored > read) {
      notes.add(
          checkpoint.directory().resolve("config.json"),
          "counts " + read + " layers; the checkpoint's others, of " + stored + ", are not read");
    }
  }
}
