// The library of an old driver: fewer functions, and shorter entries of processes.
#define LRFBENCH_OLD_DRIVER
#include "../nvml/nvml.cpp"
