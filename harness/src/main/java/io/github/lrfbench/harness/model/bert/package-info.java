/**
 * The BERT family of encoders: BERT, RoBERTa, DistilBERT and sentence-transformers built on them.
 */
package io.github.lrfbench.harness.model.bert;
