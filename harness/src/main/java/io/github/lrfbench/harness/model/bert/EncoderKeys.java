package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.model.ConfigKeys;
import java.util.Map;

/** What is known of the keys of an encoder's {@code config.json}. */
final class EncoderKeys {
  private static final KnownKeys BERT =
      ConfigKeys.COMMON.toBuilder()
          .read("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
          .read("hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob")
          .read("classifier_dropout", "max_position_embeddings", "type_vocab_size")
          .read("layer_norm_eps", "is_decoder")
          // Distances between tokens would need tables of their own.
          .only("position_embedding_type", "absolute")
          // What the first release of multilingual BERT says of its pooler, which reads none of it.
          .inert("directionality", "pooler_fc_size", "pooler_num_attention_heads")
          .inert("pooler_num_fc_layers", "pooler_size_per_head", "pooler_type")
          .build();

  private static final KnownKeys ALBERT =
      BERT.toBuilder()
          .read("embedding_size", "num_hidden_groups", "inner_group_num")
          .read("classifier_dropout_prob")
          // What the first releases say, and no program reads.
          .inert("down_scale_factor", "gap_size", "net_structure_type", "num_memory_blocks")
          .inert("layers_to_keep")
          .build();

  private static final KnownKeys DISTILBERT =
      ConfigKeys.COMMON.toBuilder()
          .read("dim", "n_layers", "n_heads", "hidden_dim", "activation", "dropout")
          .read("attention_dropout", "seq_classif_dropout", "max_position_embeddings")
          // How positions are drawn, which are read here; of answers to questions; of old versions.
          .inert("sinusoidal_pos_embds", "qa_dropout", "tie_weights_", "output_past")
          // DistilBERT masks no later tokens whatever this says.
          .inert("is_decoder")
          .build();

  private EncoderKeys() {}

  static KnownKeys of(Family family) {
    return switch (family) {
      case DISTILBERT -> DISTILBERT;
      case ALBERT -> ALBERT;
      default -> BERT;
    };
  }

  /** Other names of keys. */
  static Map<String, String> aliases(Family family) {
    return family == Family.DISTILBERT
        ? Map.of(
            "hidden_size", "dim", "num_attention_heads", "n_heads", "num_hidden_layers", "n_layers")
        : Map.of();
  }
}
