package io.github.lrfbench.harness.cli;

/** A command whose standard output is for programs: nothing in it is changed for a terminal. */
interface PrintsData {}
