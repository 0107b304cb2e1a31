package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The members of the BERT family and how their checkpoints name things. */
public enum Family {
  BERT("bert.") {
    @Override
    String block(int layer) {
      return "encoder.layer." + layer + ".";
    }
  },
  ROBERTA("roberta.") {
    @Override
    String block(int layer) {
      return "encoder.layer." + layer + ".";
    }
  },
  DISTILBERT("distilbert.") {
    @Override
    String block(int layer) {
      return "transformer.layer." + layer + ".";
    }

    @Override
    String module(Part part) {
      return switch (part) {
        case QUERY -> "attention.q_lin";
        case KEY -> "attention.k_lin";
        case VALUE -> "attention.v_lin";
        case ATTENTION_OUTPUT -> "attention.out_lin";
        case ATTENTION_NORM -> "sa_layer_norm";
        case INTERMEDIATE -> "ffn.lin1";
        case OUTPUT -> "ffn.lin2";
        case OUTPUT_NORM -> "output_layer_norm";
      };
    }
  },
  /** Lan et al. 2020, "ALBERT": blocks of a group are one, and embeddings are narrower. */
  ALBERT("albert.") {
    @Override
    String block(int layer) {
      throw new IllegalStateException("blocks are known by their groups");
    }

    @Override
    String module(Part part) {
      return switch (part) {
        case QUERY -> "attention.query";
        case KEY -> "attention.key";
        case VALUE -> "attention.value";
        case ATTENTION_OUTPUT -> "attention.dense";
        case ATTENTION_NORM -> "attention.LayerNorm";
        case INTERMEDIATE -> "ffn";
        case OUTPUT -> "ffn_output";
        case OUTPUT_NORM -> "full_layer_layer_norm";
      };
    }
  };

  /** The modules of a block. */
  enum Part {
    QUERY,
    KEY,
    VALUE,
    ATTENTION_OUTPUT,
    ATTENTION_NORM,
    INTERMEDIATE,
    OUTPUT,
    OUTPUT_NORM;

    /** What the part is called in results. */
    String role() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String prefix;

  Family(String prefix) {
    this.prefix = prefix;
  }

  /** The family's name in {@code model_type}. */
  public String modelType() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What stands before the encoder's tensors in checkpoints of a whole model. */
  String prefix() {
    return prefix;
  }

  /** Path of a block, relative to the encoder. */
  abstract String block(int layer);

  /**
   * The layer before the classifier and the classifier itself. BERT's and ALBERT's first belongs to
   * the encoder and bears its prefix.
   */
  List<String> headModules() {
    return switch (this) {
      case BERT -> List.of("pooler.dense", "classifier");
      case ROBERTA -> List.of("classifier.dense", "classifier.out_proj");
      case DISTILBERT -> List.of("pre_classifier", "classifier");
      case ALBERT -> List.of("pooler", "classifier");
    };
  }

  /**
   * The keys of {@code config.json} that hold the rates of dropout: of hidden states, of attention
   * and before the classifier.
   */
  public List<String> dropoutKeys() {
    return switch (this) {
      case DISTILBERT -> List.of("dropout", "attention_dropout", "seq_classif_dropout");
      case ALBERT ->
          List.of("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout_prob");
      default ->
          List.of("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout");
    };
  }

  /** Path of a part, relative to its block. */
  String module(Part part) {
    return switch (part) {
      case QUERY -> "attention.self.query";
      case KEY -> "attention.self.key";
      case VALUE -> "attention.self.value";
      case ATTENTION_OUTPUT -> "attention.output.dense";
      case ATTENTION_NORM -> "attention.output.LayerNorm";
      case INTERMEDIATE -> "intermediate.dense";
      case OUTPUT -> "output.dense";
      case OUTPUT_NORM -> "output.LayerNorm";
    };
  }

  /** The values of {@code model_type} that can be loaded. */
  public static List<String> modelTypes() {
    return Arrays.stream(values()).map(Family::modelType).toList();
  }

  /** The family of a name in {@code model_type}. */
  public static Family of(String modelType) {
    for (Family family : values()) {
      if (family.modelType().equals(modelType)) {
        return family;
      }
    }
    throw new InputException(
        "config.json: model_type '"
            + modelType
            + "' is not supported; supported: "
            + String.join(", ", modelTypes()));
  }
}
