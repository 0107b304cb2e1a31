package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says what to do about a model directory without safetensors. */
final class MissingWeights {
  // Cloning separates tensors that share memory, which safetensors refuses to store.
  private static final String CONVERT =
      "python -c \"import glob, torch; from safetensors.torch import save_file;"
          + " w = {}; [w.update(torch.load(f, map_location='cpu', weights_only=True))"
          + " for f in sorted(glob.glob('pytorch_model*.bin'))];"
          + " save_file({k: v.clone().contiguous() for k, v in w.items()},"
          + " 'model.safetensors', {'format': 'pt'})\"";

  private MissingWeights() {}

  static InputException in(Path directory) {
    boolean pickled =
        Files.exists(directory.resolve("pytorch_model.bin"))
            || Files.exists(directory.resolve("pytorch_model.bin.index.json"));
    return Faults.of(
        directory,
        pickled
            ? "holds pytorch_model.bin but no model.safetensors; convert it there with: " + CONVERT
            : "holds no model.safetensors");
  }
}
