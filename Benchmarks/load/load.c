// Drives a Wire server with robots' streams, and measures what the server spends: CPU and memory, from /proc.
//
// load --port P --pid PID [--connections N] [--streams N] [--inflight K] [--rate R] [--seconds S]
//      [--ca FILE] [--cert FILE --key FILE]
//
// Each connection opens --streams calls of BotService/Connect. With --inflight K each stream keeps K reports on their
// way (0: none, the streams are idle). With --rate R each stream sends R reports a second instead, evenly spread; then
// latencies count from when a report was due, so that a server that stalls cannot hide it. One JSON object is printed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_INFLIGHT 256

struct stream {
    uint64_t sent, acked;
    int64_t due;                       // when the next report is due, with --rate
    int64_t sent_at[MOST_INFLIGHT];    // by report number
};

struct connection {
    SSL *ssl;
    int fd, ready, wants_write;
    uint8_t *in; size_t in_count, in_room;
    uint8_t *out; size_t out_count, out_room;
    struct stream *streams;
};

static int connections = 1, streams = 1, inflight = 1, port, server_pid;
static double rate, seconds = 5;
static struct connection *all;
static int epoll;
static uint64_t measured, measuring;
static uint64_t buckets[4000];  // latency, logarithmic: 100 a decade, from 1 us

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "failed");
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// CPU time of all of the server's threads, in nanoseconds.
static double server_cpu(void) {
    char command[96], line[128];
    snprintf(command, sizeof command, "cat /proc/%d/task/*/schedstat", server_pid);
    FILE *file = popen(command, "r");
    if (!file) fail("reading the server's CPU time");
    double sum = 0;
    while (fgets(line, sizeof line, file)) sum += strtod(line, NULL);
    pclose(file);
    return sum;
}

static double server_rss_kib(void) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", server_pid);
    FILE *file = fopen(path, "r");
    if (!file) fail("reading the server's memory");
    double kib = 0;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "VmRSS:", 6)) kib = strtod(line + 6, NULL);
    fclose(file);
    return kib;
}

// MARK: Bytes

static uint8_t *put_varint(uint8_t *p, uint64_t v) {
    while (v >= 0x80) { *p++ = (uint8_t)v | 0x80; v >>= 7; }
    *p++ = (uint8_t)v;
    return p;
}

static uint64_t get_varint(const uint8_t **p, const uint8_t *end) {
    uint64_t v = 0;
    for (int shift = 0; *p < end && shift < 64; shift += 7) {
        uint8_t b = *(*p)++;
        v |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80) break;
    }
    return v;
}

static uint8_t *put_field(uint8_t *p, int number, const void *bytes, size_t count) {
    p = put_varint(p, (uint64_t)number << 3 | 2);
    p = put_varint(p, count);
    memcpy(p, bytes, count);
    return p + count;
}

static void append_frame(struct connection *c, const uint8_t *body, size_t count) {
    if (c->out_count + count + 4 > c->out_room) {
        c->out_room = (c->out_count + count + 4) * 2;
        c->out = realloc(c->out, c->out_room);
        if (!c->out) fail("memory");
    }
    uint8_t *p = c->out + c->out_count;
    p[0] = count >> 24; p[1] = count >> 16; p[2] = count >> 8; p[3] = count;
    memcpy(p + 4, body, count);
    c->out_count += count + 4;
}

static void append_hello(struct connection *c) {
    uint8_t hello[32], frame[64], *p = hello;
    p = put_varint(p, 1 << 3); p = put_varint(p, 1);         // min_version
    p = put_varint(p, 2 << 3); p = put_varint(p, 1);         // max_version
    p = put_varint(p, 3 << 3); p = put_varint(p, 65536);     // max_frame_bytes
    p = put_varint(p, 4 << 3); p = put_varint(p, 1 << 30);   // initial_credit_bytes: acknowledgements never wait
    p = put_varint(p, 5 << 3); p = put_varint(p, 100);       // max_streams
    append_frame(c, frame, put_field(frame, 3, hello, p - hello) - frame);
}

static void append_open(struct connection *c, uint32_t id) {
    static const char method[] = "/mallbots.bots.v1.BotService/Connect";
    uint8_t open[64], frame[96], *p = frame;
    size_t count = put_field(open, 1, method, sizeof method - 1) - open;
    p = put_varint(p, 1 << 3); p = put_varint(p, id);
    append_frame(c, frame, put_field(p, 4, open, count) - frame);
}

// A robot's report of an item picked, about 93 bytes.
static void append_report(struct connection *c, uint32_t id, uint64_t number) {
    static const char task[] = "o-24mcacmrjdzs1zver93j/1", store[] = "store-garden-tools-07", product[] = "p-watering-can-10l";
    uint8_t picked[96], report[128], frame[160], *p = picked;
    p = put_field(p, 1, task, sizeof task - 1);
    p = put_varint(p, 2 << 3); p = put_varint(p, 3);
    p = put_field(p, 3, store, sizeof store - 1);
    p = put_field(p, 4, product, sizeof product - 1);
    p = put_varint(p, 5 << 3); p = put_varint(p, 2);
    size_t count = p - picked;
    p = report;
    p = put_varint(p, 1 << 3); p = put_varint(p, number);
    p = put_varint(p, 2 << 3); p = put_varint(p, 12);
    count = put_field(p, 9, picked, count) - report;
    p = frame;
    p = put_varint(p, 1 << 3); p = put_varint(p, id);
    append_frame(c, frame, put_field(p, 2, report, count) - frame);
}

// MARK: Sockets

static void watch(struct connection *c) {
    struct epoll_event event = {.events = EPOLLIN | (c->wants_write ? EPOLLOUT : 0), .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event)) fail("epoll_ctl");
}

static void flush_out(struct connection *c) {
    size_t done = 0;
    while (done < c->out_count) {
        int n = SSL_write(c->ssl, c->out + done, (int)(c->out_count - done));
        if (n <= 0) {
            if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE) fail("writing");
            break;
        }
        done += n;
    }
    memmove(c->out, c->out + done, c->out_count - done);
    c->out_count -= done;
    int wants = c->out_count > 0;
    if (wants != c->wants_write) { c->wants_write = wants; watch(c); }
}

static void send_report(struct connection *c, int index, int64_t since) {
    struct stream *s = &c->streams[index];
    s->sent++;
    s->sent_at[s->sent % MOST_INFLIGHT] = since;
    append_report(c, index + 1, s->sent);
}

static void note_latency(int64_t ns) {
    double us = ns / 1000.0;
    int bucket = us <= 1 ? 0 : (int)(100 * __builtin_log10(us));
    buckets[bucket > 3999 ? 3999 : bucket]++;
}

static void acknowledged(struct connection *c, uint32_t id, uint64_t number, int64_t now) {
    if (id < 1 || (int)id > streams) fail("an answer on a stream never opened");
    struct stream *s = &c->streams[id - 1];
    if (number > s->sent) fail("an acknowledgement of what was never sent");
    while (s->acked < number) {
        s->acked++;
        if (measuring) { measured++; note_latency(now - s->sent_at[s->acked % MOST_INFLIGHT]); }
        if (rate == 0) send_report(c, id - 1, now);
    }
}

static void handle_frame(struct connection *c, const uint8_t *p, const uint8_t *end, int64_t now) {
    uint32_t id = 0;
    while (p < end) {
        uint64_t tag = get_varint(&p, end);
        if ((tag & 7) == 0) {
            uint64_t value = get_varint(&p, end);
            if (tag >> 3 == 1) id = value;
            continue;
        }
        uint64_t count = get_varint(&p, end);
        const uint8_t *stop = p + count;
        switch (tag >> 3) {
        case 2:
            while (p < stop) {
                uint64_t inner = get_varint(&p, stop), value = get_varint(&p, stop);
                if ((inner & 7) != 0) fail("an acknowledgement of an unknown form");
                if (inner >> 3 == 2) acknowledged(c, id, value, now);
            }
            break;
        case 3: c->ready = 1; break;
        case 6: fprintf(stderr, "load: status on stream %u: %.*s\n", id, (int)count, p); exit(1);
        case 10: fprintf(stderr, "load: the server said goodbye: %.*s\n", (int)count, p); exit(1);
        default: break;
        }
        p = stop;
    }
}

static void read_in(struct connection *c) {
    for (;;) {
        if (c->in_room - c->in_count < 4096) {
            c->in_room = c->in_room ? c->in_room * 2 : 8192;
            c->in = realloc(c->in, c->in_room);
            if (!c->in) fail("memory");
        }
        int n = SSL_read(c->ssl, c->in + c->in_count, (int)(c->in_room - c->in_count));
        if (n <= 0) {
            if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ) fail("the server closed a connection; reading");
            break;
        }
        c->in_count += n;
    }
    int64_t now = now_ns();
    size_t done = 0;
    while (c->in_count - done >= 4) {
        uint8_t *p = c->in + done;
        size_t length = (size_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
        if (c->in_count - done - 4 < length) break;
        handle_frame(c, p + 4, p + 4 + length, now);
        done += 4 + length;
    }
    memmove(c->in, c->in + done, c->in_count - done);
    c->in_count -= done;
    if (c->out_count) flush_out(c);
}

static void dial(SSL_CTX *context, struct connection *c, int number) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7F000001)};
    // One source address has some 28,000 ports.
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000002 + number / 20000)};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket (is `ulimit -n` high enough?)");
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) fail("bind");
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    errno = 0;
    if (SSL_connect(c->ssl) != 1) fail("TLS handshake");
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->streams = calloc(streams, sizeof(struct stream));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
    append_hello(c);
    for (int i = 0; i < streams; i++) append_open(c, i + 1);
    flush_out(c);
}

static void turn(int timeout_ms) {
    struct epoll_event events[512];
    int count = epoll_wait(epoll, events, 512, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) flush_out(c);
        if (events[i].events & ~EPOLLOUT) read_in(c);
    }
}

static void run_for(double duration) {
    int64_t end = now_ns() + (int64_t)(duration * 1e9);
    while (now_ns() < end) {
        if (rate == 0) { turn(10); continue; }
        // Streams are due one after the other, so those due now are found in order.
        static int next;
        int64_t now = now_ns(), period = (int64_t)(1e9 / rate);
        int total = connections * streams;
        for (int i = 0; i < total; i++) {
            struct connection *c = &all[next / streams];
            struct stream *s = &c->streams[next % streams];
            if (s->due > now) break;
            if (s->sent - s->acked < MOST_INFLIGHT) { send_report(c, next % streams, s->due); flush_out(c); }
            s->due += period;
            next = (next + 1) % total;
        }
        turn(1);
    }
}

static double percentile(double part) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < 4000; i++) total += buckets[i];
    for (int i = 0; i < 4000; i++) {
        seen += buckets[i];
        if (total && seen >= part * total) return __builtin_pow(10, i / 100.0);
    }
    return 0;
}

int main(int count, char **arguments) {
    static const struct option options[] = {
        {"port", 1, 0, 'p'}, {"pid", 1, 0, 'P'}, {"connections", 1, 0, 'c'}, {"streams", 1, 0, 's'},
        {"inflight", 1, 0, 'i'}, {"rate", 1, 0, 'r'}, {"seconds", 1, 0, 't'}, {"ca", 1, 0, 'a'},
        {"cert", 1, 0, 'C'}, {"key", 1, 0, 'K'}, {0, 0, 0, 0}};
    const char *ca = NULL, *cert = NULL, *key = NULL;
    for (int o; (o = getopt_long(count, arguments, "", options, NULL)) != -1;) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'P': server_pid = atoi(optarg); break;
        case 'c': connections = atoi(optarg); break;
        case 's': streams = atoi(optarg); break;
        case 'i': inflight = atoi(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'a': ca = optarg; break;
        case 'C': cert = optarg; break;
        case 'K': key = optarg; break;
        default: return 64;
    }
    if (!port || !server_pid || connections < 1 || streams < 1 || inflight >= MOST_INFLIGHT || inflight < 0) {
        fprintf(stderr, "load: --port and --pid are needed; --connections and --streams from 1, --inflight 0 to 255\n");
        return 64;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_protos(context, (const uint8_t *)"\012mallbots/1", 11);
    if (ca) {
        SSL_CTX_load_verify_locations(context, ca, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    if (cert && (SSL_CTX_use_certificate_chain_file(context, cert) != 1
                 || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)) fail("the client's certificate");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    all = calloc(connections, sizeof *all);
    double rss_before = server_rss_kib(), cpu_before = server_cpu();
    int64_t began = now_ns();
    for (int i = 0; i < connections; i++) { dial(context, &all[i], i); if (i % 64 == 63) turn(0); }
    for (int i = 0, ready = 0; !ready; i++) {
        turn(10);
        ready = 1;
        for (int j = 0; j < connections; j++) ready &= all[j].ready;
        if (i > 3000) fail("some connections got no Hello");
    }
    double connect_seconds = (now_ns() - began) / 1e9, connect_cpu = server_cpu() - cpu_before;
    run_for(0.3);
    double rss_idle = server_rss_kib();
    int64_t start = now_ns(), spread = rate > 0 ? (int64_t)(1e9 / rate) : 0;
    long total = (long)connections * streams;
    for (long i = 0; i < total; i++) {
        struct connection *c = &all[i / streams];
        c->streams[i % streams].due = start + (int64_t)(spread * (double)i / total);
        if (rate > 0) continue;
        for (int k = 0; k < inflight; k++) send_report(c, i % streams, now_ns());
        if (i % streams == streams - 1) flush_out(c);
    }
    double us_each = 0, per_second = 0;
    if (inflight > 0 || rate > 0) {
        run_for(rate > 0 ? 1.5 : 1);
        cpu_before = server_cpu();
        began = now_ns();
        measuring = 1;
        run_for(seconds);
        measuring = 0;
        double cpu = server_cpu() - cpu_before;
        per_second = measured / ((now_ns() - began) / 1e9);
        us_each = measured ? cpu / 1000 / measured : 0;
    }
    printf("{\"connections\":%d,\"streams\":%ld,\"connect_ms_each\":%.3f,\"connect_seconds\":%.2f,\"idle_kib_each\":%.2f,"
           "\"messages\":%lu,\"per_second\":%.0f,\"us_each\":%.3f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"rss_kib\":%.0f}\n",
           connections, total, connect_cpu / 1e6 / connections, connect_seconds, (rss_idle - rss_before) / connections,
           (unsigned long)measured, per_second, us_each, percentile(0.5), percentile(0.99), server_rss_kib());
    return 0;
}
