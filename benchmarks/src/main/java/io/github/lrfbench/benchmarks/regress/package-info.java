/** Comparisons with peers and with what the machine could do, and with what they gave before. */
package io.github.lrfbench.benchmarks.regress;
