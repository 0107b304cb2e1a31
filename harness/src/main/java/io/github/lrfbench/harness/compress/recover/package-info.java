/** Training that makes up for what was cut, or prepares for it. */
package io.github.lrfbench.harness.compress.recover;
