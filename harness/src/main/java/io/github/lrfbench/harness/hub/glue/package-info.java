/** The GLUE data of the hub, written as the official files that tasks are read from. */
package io.github.lrfbench.harness.hub.glue;
