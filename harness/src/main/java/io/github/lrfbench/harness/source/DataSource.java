package io.github.lrfbench.harness.source;

import java.nio.file.Path;

/**
 * Where the user has the data of tasks, and how much of it is read.
 *
 * @param glue directory of the official GLUE data, or null
 * @param texts of language models
 * @param cache where the demo data is generated
 * @param maxLength sequences of GLUE are truncated to this many tokens
 */
public record DataSource(Path glue, TextSource texts, Path cache, int maxLength) {}
