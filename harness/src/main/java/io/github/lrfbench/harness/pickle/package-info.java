/** Reads what Python pickled, of a fixed list of classes: data becomes data, and no code is run. */
package io.github.lrfbench.harness.pickle;
