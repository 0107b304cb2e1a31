package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;

/** Chooses slots by the globs of {@code --layers}. */
public final class SlotSelection {
  private SlotSelection() {}

  /**
   * The slots whose name matches one of the globs; {@code *} matches any characters, {@code {a,b}}
   * either, a glob without a leading {@code *} may also match the end of a name after a dot. No
   * globs select all.
   *
   * @throws InputException if a glob is malformed or matches nothing
   */
  public static List<LinearSlot> select(List<LinearSlot> slots, List<String> globs) {
    if (globs.isEmpty()) {
      return slots;
    }
    boolean[] chosen = new boolean[slots.size()];
    for (String glob : globs) {
      PathMatcher whole = matcher(glob, glob);
      PathMatcher tail = matcher(glob, "*." + glob);
      boolean any = false;
      for (int i = 0; i < chosen.length; i++) {
        Path name = Path.of(slots.get(i).name());
        if (whole.matches(name) || tail.matches(name)) {
          chosen[i] = true;
          any = true;
        }
      }
      if (!any) {
        throw new InputException(
            "--layers '"
                + glob
                + "' matches no matrix; the first of "
                + slots.size()
                + " is '"
                + slots.get(0).name()
                + "'");
      }
    }
    List<LinearSlot> selected = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i]) {
        selected.add(slots.get(i));
      }
    }
    return selected;
  }

  private static PathMatcher matcher(String glob, String pattern) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "--layers '"
              + glob
              + "' is no valid glob: "
              + e.getMessage().lines().findFirst().orElse(""),
          e);
    }
  }
}
