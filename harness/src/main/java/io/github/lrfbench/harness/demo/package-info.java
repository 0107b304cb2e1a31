/**
 * The embedded demo: synthetic tasks in GLUE format made from a seed, their WordPiece vocabulary,
 * and the small BERT models that ship with the project.
 */
package io.github.lrfbench.harness.demo;
