/**
 * A small synthetic English: a lexicon, its inflection, and one grammar per demo task that makes
 * labelled examples from a seed.
 */
package io.github.lrfbench.harness.demo.language;
