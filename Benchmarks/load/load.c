// Drives a server with robots' streams, and measures what the server spends: CPU and memory. `load --help` has the
// options, Benchmarks/README.md the keys of the JSON object that it prints.
//
// With --inflight K each stream keeps K reports on their way (0: none, the streams are idle). With --rate R each stream
// sends R reports a second instead, evenly spread; then latencies count from when a report was due, so that a server
// that stalls cannot hide it.
#include "load.h"
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct settings settings = {
    .protocol = &wire, .connections = 1, .streams = 1, .inflight = 1, .dialing = 1, .seconds = 5};

static const char usage[] =
    "usage: load --port P --pid PID [options]\n"
    "  --port P            where the server listens, on 127.0.0.1\n"
    "  --pid PID           the server's process, which is measured\n"
    "  --protocol NAME     wire (the default), grpc or mqtt\n"
    "  --connections N     TCP and TLS connections, one a robot (1)\n"
    "  --streams N         calls of BotService/Connect on each (1; mqtt has no more)\n"
    "  --inflight K        reports on their way on each stream, 0 to 255 (1)\n"
    "  --rate R            reports a second on each stream, instead of --inflight\n"
    "  --seconds S         how long to measure (5)\n"
    "  --dialing N         connections being opened at once (1)\n"
    "  --resume            one connection first, whose session ticket all others use\n"
    "  --ca FILE           check the server's certificate\n"
    "  --cert FILE --key FILE   the robots' certificate\n";

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "load: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

void fail_errno(const char *what) { fail("%s: %s", what, strerror(errno)); }

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static _Noreturn void refuse(const char *name, const char *why) {
    fprintf(stderr, "load: --%s %s; see load --help\n", name, why);
    exit(64);
}

static double number(const char *name, double least, double most) {
    char *end;
    double value = strtod(optarg, &end);
    if (end == optarg || *end) refuse(name, "needs a number");
    if (!(value >= least && value <= most)) {
        char why[64];
        snprintf(why, sizeof why, "goes from %.10g to %.10g", least, most);
        refuse(name, why);
    }
    return value;
}

static const struct protocol *protocol_named(const char *name) {
    static const struct protocol *const all[] = {&wire, &grpc, &mqtt};
    for (int i = 0; i < 3; i++) if (!strcmp(all[i]->name, name)) return all[i];
    refuse("protocol", "is wire, grpc or mqtt");
}

static void read_settings(int count, char **arguments) {
    static const struct option options[] = {
        {"port", 1, 0, 'p'}, {"pid", 1, 0, 'P'}, {"protocol", 1, 0, 'o'}, {"connections", 1, 0, 'c'},
        {"streams", 1, 0, 's'}, {"inflight", 1, 0, 'i'}, {"rate", 1, 0, 'r'}, {"seconds", 1, 0, 't'},
        {"dialing", 1, 0, 'd'}, {"resume", 0, 0, 'R'}, {"ca", 1, 0, 'a'}, {"cert", 1, 0, 'C'}, {"key", 1, 0, 'K'},
        {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
    for (int o; (o = getopt_long(count, arguments, "", options, NULL)) != -1;) switch (o) {
        case 'p': settings.port = number("port", 1, 65535); break;
        case 'P': settings.server_pid = number("pid", 1, 1 << 30); break;
        case 'o': settings.protocol = protocol_named(optarg); break;
        case 'c': settings.connections = number("connections", 1, 1000000); break;
        case 's': settings.streams = number("streams", 1, 1000000); break;
        case 'i': settings.inflight = number("inflight", 0, MOST_INFLIGHT); break;
        case 'r': settings.rate = number("rate", 0, 1e6); break;
        case 't': settings.seconds = number("seconds", 0.01, 86400); break;
        case 'd': settings.dialing = number("dialing", 1, 100000); break;
        case 'R': settings.resume = 1; break;
        case 'a': settings.ca = optarg; break;
        case 'C': settings.cert = optarg; break;
        case 'K': settings.key = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: exit(64);
    }
    if (optind < count) { fprintf(stderr, "load: '%s' is no option; see load --help\n", arguments[optind]); exit(64); }
    if (!settings.port) refuse("port", "is needed");
    if (!settings.server_pid) refuse("pid", "is needed");
    if (!settings.cert != !settings.key) refuse("cert", "and --key belong together");
    // With --rate as many as a stream has to send in ten seconds: that long a server may stall.
    int due = settings.rate * 10 < 8 ? 8 : settings.rate * 10 > MOST_INFLIGHT ? MOST_INFLIGHT : settings.rate * 10;
    settings.window = settings.rate > 0 ? due : settings.inflight ? settings.inflight : 1;
    if (settings.streams > settings.protocol->most_streams)
        refuse("streams", "is more than this protocol takes; use --connections");
}

// Waits until the server has done what it was asked for: a tenth of a second with less than 2 ms of work.
static void wait_until_idle(void) {
    for (int i = 0; i < 100; i++) {
        double before = server_cpu_ns();
        run_for(0.1);
        if (server_cpu_ns() - before < 2e6) return;
    }
}

int main(int count, char **arguments) {
    read_settings(count, arguments);
    prepare_sockets();
    struct connection *all = calloc(settings.connections, sizeof *all);
    if (!all) fail("out of memory");
    if (settings.resume) get_ticket();
    wait_until_idle();

    double rss_before = server_rss_kib(), cpu = server_cpu_ns();
    int64_t began = now_ns();
    open_connections(all, settings.connections);
    double connect_seconds = (now_ns() - began) / 1e9;
    wait_until_idle();
    double connect_cpu = server_cpu_ns() - cpu, rss_idle = server_rss_kib();
    struct traffic_bytes connected = bytes_so_far(all, settings.connections), sent = {0};

    double seconds = 0, own_cpu = 0;
    cpu = 0;
    if (settings.inflight > 0 || settings.rate > 0) {
        start_traffic(all);
        run_for(settings.rate > 0 ? 1.5 : 1);
        struct traffic_bytes before = bytes_so_far(all, settings.connections);
        cpu = server_cpu_ns();
        own_cpu = own_cpu_ns();
        began = now_ns();
        set_measuring(1);
        run_for(settings.seconds);
        set_measuring(0);
        cpu = server_cpu_ns() - cpu;
        own_cpu = own_cpu_ns() - own_cpu;
        seconds = (now_ns() - began) / 1e9;
        sent = bytes_so_far(all, settings.connections);
        sent.sent -= before.sent;
        sent.received -= before.received;
    }
    double messages = measured_messages(), per = messages > 0 ? 1 / messages : 0, each = 1.0 / settings.connections;
    printf("{\"protocol\":\"%s\",\"cipher\":\"%s\",\"connections\":%d,\"streams\":%ld,\"resumed\":%d,"
           "\"connect_ms_each\":%.3f,\"connect_seconds\":%.2f,\"connect_sent_bytes_each\":%.0f,"
           "\"connect_received_bytes_each\":%.0f,\"idle_kib_each\":%.2f,",
           settings.protocol->name, cipher_name(&all[0]), settings.connections, (long)settings.connections * settings.streams,
           resumed_count(), connect_cpu / 1e6 * each, connect_seconds, connected.sent * each, connected.received * each,
           (rss_idle - rss_before) * each);
    printf("\"messages\":%.0f,\"per_second\":%.0f,\"us_each\":%.3f,\"p50_us\":%.0f,\"p99_us\":%.0f,"
           "\"sent_bytes_each\":%.1f,\"received_bytes_each\":%.1f,\"server_busy\":%.3f,\"load_busy\":%.3f,"
           "\"rss_kib\":%.0f}\n",
           messages, seconds > 0 ? messages / seconds : 0, cpu / 1000 * per, latency_us(0.5), latency_us(0.99),
           sent.sent * per, sent.received * per, seconds > 0 ? cpu / 1e9 / seconds : 0,
           seconds > 0 ? own_cpu / 1e9 / seconds : 0, server_rss_kib());
    return 0;
}
