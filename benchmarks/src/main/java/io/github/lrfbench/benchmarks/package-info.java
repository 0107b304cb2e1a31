/** JMH benchmarks that mirror the packages they measure. */
package io.github.lrfbench.benchmarks;
