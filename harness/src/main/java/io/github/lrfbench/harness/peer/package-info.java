/** Other runtimes, which run a model that is timed beside ours. */
package io.github.lrfbench.harness.peer;
