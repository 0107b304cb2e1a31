/** Compression methods behind one interface, a package per family, and what they report. */
package io.github.lrfbench.harness.compress;
