/** The command line: picocli commands, exit codes and progress, no logic. */
package io.github.lrfbench.harness.cli;
