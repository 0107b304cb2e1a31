package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Names of tensors without what training scripts put into them: wrappers of modules (DataParallel's
 * {@code module.}, torch.compile's {@code _orig_mod.}, those of FSDP and of activation
 * checkpointing), at any depth, and Lightning's {@code model.} before all.
 */
final class PlainNames {
  private static final Set<String> WRAPPERS =
      Set.of("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module");

  /** What Lightning's modules call the model in them; no model here has a part of that name. */
  private static final String OWNER = "model.";

  private PlainNames() {}

  /**
   * The names in their order, with what they are by their plain names.
   *
   * @param names as they are stored
   * @return stored name by plain name; a name that is plain stays
   * @throws io.github.lrfbench.kernels.InputException if two have the same plain name
   */
  static Map<String, String> of(Path directory, Iterable<String> names) {
    Map<String, String> plain = new LinkedHashMap<>();
    for (String name : names) {
      String before = plain.put(plain(name), name);
      if (before != null) {
        throw Faults.of(
            directory,
            "holds both "
                + Faults.quote(before)
                + " and "
                + Faults.quote(name)
                + ", which are names of one tensor; remove one of them");
      }
    }
    return plain;
  }

  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    for (String part : name.split("\\.", -1)) {
      if (!WRAPPERS.contains(part)) {
        plain.append(plain.length() == 0 ? "" : ".").append(part);
      }
    }
    String unwrapped = plain.toString();
    return unwrapped.startsWith(OWNER) ? unwrapped.substring(OWNER.length()) : unwrapped;
  }
}
