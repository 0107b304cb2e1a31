/** The cells of a sweep as tasks of Apache Spark. */
package io.github.lrfbench.spark;
