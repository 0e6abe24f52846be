// What the server spends: CPU time, memory, descriptors.
#include "load.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double read_clock(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t)) fail_errno("reading the server's CPU time (is it still running?)");
    return t.tv_sec * 1e9 + t.tv_nsec;
}

// The kernel's sum of what every thread ran, to the nanosecond; /proc/PID/task/*/schedstat forgets threads that ended.
double server_cpu_ns(void) {
    clockid_t clock;
    errno = clock_getcpuclockid(settings.server_pid, &clock);
    if (errno) fail_errno("reading the server's CPU time (is --pid right?)");
    return read_clock(clock);
}

double own_cpu_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

// The number behind `name` in one of the server's files in /proc; -1: it is not there, or no number.
static double read_proc(const char *leaf, const char *name) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/%s", settings.server_pid, leaf);
    FILE *file = fopen(path, "r");
    if (!file) fail("%s: %s (is --pid right?)", path, strerror(errno));
    double value = -1;
    while (fgets(line, sizeof line, file)) {
        char *end, *at = line + strlen(name);
        if (strncmp(line, name, strlen(name))) continue;
        value = strtod(at, &end);
        if (end == at) value = -1;
    }
    fclose(file);
    return value;
}

double server_rss_kib(void) { return read_proc("status", "VmRSS:"); }

long server_descriptor_limit(void) { return (long)read_proc("limits", "Max open files"); }
