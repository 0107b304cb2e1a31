/** A basis that several matrices share. */
package io.github.lrfbench.harness.compress.sharing;
