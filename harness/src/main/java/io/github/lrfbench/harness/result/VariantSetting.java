package io.github.lrfbench.harness.result;

/**
 * What beside a method's own options and its budget decides what a variant of a model is. A label
 * tells those that differ from their standard, in this order; a new one goes to the end, and at its
 * standard changes no label.
 */
public enum VariantSetting {
  ENERGY_OF("energy-of", "own"),
  /** How a budget is shared out; its values speak for themselves. */
  ALLOCATE("", "uniform"),
  ROUND_TO("round", "1"),
  /** Epochs, and the largest learning rate. */
  FINETUNE("finetune", ""),
  /** Weights of the dense model's outputs and of its hidden states. */
  DISTILL("distill", "0/0"),
  FINETUNE_SELECT("select", "last"),
  /** The most examples for statistics. */
  CALIBRATION("calibration", "1024"),
  LAYERS("layers", ""),
  /** Whether queries, keys and values are one matrix. */
  QKV("qkv", "whole"),
  HEAD("head", "as stored"),
  CACHE("cache", "full"),
  /** Weight of the dense model's attention maps. */
  DISTILL_ATTENTION("distill-attention", "0"),
  /** Weight of its attention scores. */
  DISTILL_SCORES("distill-scores", "0");

  private final String word;
  private final String standard;

  VariantSetting(String word, String standard) {
    this.word = word;
    this.standard = standard;
  }

  /** What a label tells of a value: nothing of the standard, or where there is none. */
  String told(String value) {
    return value == null || value.equals(standard) ? "" : (word + " " + value).strip();
  }
}
