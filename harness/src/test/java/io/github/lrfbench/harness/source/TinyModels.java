package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.bert.SentenceEncoding;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Tiny checkpoints with other settings, and what their models say of token ids. */
final class TinyModels {
  private TinyModels() {}

  /** Merges an object into a directory's {@code config.json}. */
  static void set(Path directory, String json) throws IOException {
    Path file = directory.resolve("config.json");
    ObjectNode config = JsonFile.read(file);
    config.setAll((ObjectNode) new ObjectMapper().readTree(json));
    Files.writeString(file, config.toString());
  }

  /** The outputs of a model for sequences of token ids, one after the other. */
  static float[] outputs(Device device, Path directory, SentenceEncoding sentences, int[]... ids) {
    List<TokenSequence> sequences =
        Arrays.stream(ids).map(each -> new TokenSequence(each, new int[each.length])).toList();
    Path file = directory.resolve("config.json");
    try (Checkpoint checkpoint = Checkpoint.open(directory);
        Model model =
            Architectures.of(file, checkpoint.config(), sentences, Gpt2Options.DEFAULT, new Notes())
                .load(new CheckpointWeights(checkpoint), device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      return model.forward(ops, TokenBatch.of(scope, sequences, model.info())).toFloats();
    }
  }
}
