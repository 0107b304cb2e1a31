/** Sweeps, compresses and evaluates from a program of one's own, without the command line. */
package io.github.lrfbench.harness.api;
