/** The checks of {@code doctor}: does this machine have what a sweep needs, and does it compute? */
package io.github.lrfbench.harness.cli.doctor;
