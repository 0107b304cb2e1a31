package io.github.lrfbench.harness.model.bert;

/** What of a text's token embeddings makes the sentence embedding, or a part of it. */
public enum PoolingMode {
  /** The first one. */
  CLS,
  /** Their mean (Reimers and Gurevych 2019). */
  MEAN,
  /** The last one. */
  LAST_TOKEN
}
