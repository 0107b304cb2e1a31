/**
 * What methods share that store matrices in another form one by one: points are chosen, matrices
 * replaced, and what that changes is measured alike.
 */
package io.github.lrfbench.harness.compress.matrix;
