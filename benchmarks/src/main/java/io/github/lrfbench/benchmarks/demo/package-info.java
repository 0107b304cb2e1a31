/** The recipe that the demo models' weights come from. */
package io.github.lrfbench.benchmarks.demo;
