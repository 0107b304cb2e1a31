/** What devices share on the host: worker threads, natives unpacked safely, checks of arguments. */
package io.github.lrfbench.kernels.host;
