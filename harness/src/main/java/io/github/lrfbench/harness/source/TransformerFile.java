package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file of sentence-transformers' transformer module, beside its {@code config.json}. */
final class TransformerFile {
  /** The file's names; the first that is there counts. */
  static final List<String> NAMES =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  private static final KnownKeys KEYS =
      KnownKeys.builder()
          .read("max_seq_length", "do_lower_case", "modality_config")
          .inert("backend", "unpad_inputs", "cache_dir")
          .refused("model_args", "model_kwargs", "tokenizer_args", "processor_kwargs")
          .refused("config_args", "config_kwargs", "processing_kwargs", "tokenizer_name_or_path")
          .refused("query_length", "document_length", "query_expansion")
          .build();

  private TransformerFile() {}

  /** What the file asks to be done with texts; nothing where there is none. */
  static TextPreparation read(Path transformer, boolean crossEncoder, Notes notes) {
    for (String name : NAMES) {
      Path file = transformer.resolve(name);
      if (Files.isRegularFile(file)) {
        return parse(file, crossEncoder, notes);
      }
    }
    return TextPreparation.NONE;
  }

  private static TextPreparation parse(Path file, boolean crossEncoder, Notes notes) {
    ObjectNode json = JsonFile.read(file);
    KEYS.toBuilder()
        .only("transformer_task", crossEncoder ? "sequence-classification" : "feature-extraction")
        .only("module_output_name", crossEncoder ? "scores" : "token_embeddings")
        .build()
        .check(file, json, notes);
    if (json.hasNonNull("modality_config")) {
      JsonNode text = json.path("modality_config").path("text");
      String output = crossEncoder ? "logits" : "last_hidden_state";
      if (!text.path("method").asText().equals("forward")
          || !text.path("method_output_name").asText().equals(output)) {
        throw Faults.of(file, "'modality_config' is not supported but for texts' '" + output + "'");
      }
    }
    JsonFields fields = JsonFields.of(file, json);
    int longest = 0;
    if (fields.has("max_seq_length")) {
      longest = fields.index("max_seq_length");
      if (longest == 0) {
        throw Faults.of(file, "'max_seq_length' must be positive");
      }
    }
    return new TextPreparation("", fields.bool("do_lower_case").orElse(false), longest);
  }
}
