package io.github.lrfbench.harness.demo;

import java.util.List;

/**
 * One labelled example of a synthetic task.
 *
 * @param texts one text or two
 * @param label as the file writes it
 * @param mislabelled whether the label was turned into a wrong one on purpose
 */
public record DemoExample(List<String> texts, String label, boolean mislabelled) {}
