/**
 * Models and data sets of a hub such as huggingface.co, fetched into a cache that other tools of
 * that hub can share.
 */
package io.github.lrfbench.harness.hub;
