// Reports and their acknowledgements: who sends when, and how long each took.
#include "load.h"
#include <math.h>
#include <stdlib.h>

static struct connection *all;
static uint64_t measured;
static int measuring;
static uint64_t buckets[4000];  // latency, logarithmic: 100 a decade, from 1 us
static long next_due;           // with --rate

void make_streams(struct connection *c) {
    size_t count = settings.streams;
    c->streams = calloc(count, sizeof(struct stream) + settings.window * sizeof(int64_t));
    if (!c->streams) fail("out of memory for %zu streams", count);
    int64_t *windows = (int64_t *)(c->streams + count);
    for (size_t i = 0; i < count; i++) c->streams[i].sent_at = windows + i * settings.window;
}

static void send_report(struct connection *c, int index, int64_t since) {
    struct stream *s = &c->streams[index];
    s->sent++;
    s->sent_at[s->sent % settings.window] = since;
    settings.protocol->report(c, index, s->sent);
}

static void note_latency(int64_t ns) {
    double us = ns / 1000.0;
    int bucket = us <= 1 ? 0 : (int)(100 * log10(us));
    buckets[bucket > 3999 ? 3999 : bucket]++;
}

void acknowledged(struct connection *c, int stream, uint64_t number, int64_t now) {
    if (stream < 0 || stream >= settings.streams) fail("an answer on a stream never opened");
    struct stream *s = &c->streams[stream];
    if (number > s->sent) fail("an acknowledgement of what was never sent");
    while (s->acked < number) {
        s->acked++;
        if (measuring) { measured++; note_latency(now - s->sent_at[s->acked % settings.window]); }
        if (settings.rate == 0) send_report(c, stream, now);
    }
}

void start_traffic(struct connection *connections) {
    all = connections;
    long total = (long)settings.connections * settings.streams;
    int64_t start = now_ns(), period = settings.rate > 0 ? (int64_t)(1e9 / settings.rate) : 0;
    for (long i = 0; i < total; i++) {
        int index = i % settings.streams;
        struct connection *c = &all[i / settings.streams];
        c->streams[index].due = start + (int64_t)(period * (double)i / total);
        if (settings.rate > 0) continue;
        for (int k = 0; k < settings.inflight; k++) send_report(c, index, now_ns());
        if (index == settings.streams - 1) flush_out(c);
    }
}

// Streams are due one after the other, so those due now are found in order.
static void send_what_is_due(void) {
    int64_t now = now_ns(), period = (int64_t)(1e9 / settings.rate);
    long total = (long)settings.connections * settings.streams;
    for (long i = 0; i < total; i++) {
        int index = next_due % settings.streams;
        struct connection *c = &all[next_due / settings.streams];
        struct stream *s = &c->streams[index];
        if (s->due > now) break;
        // A server that is that far behind loses its turn; the latencies of what waits say how far.
        if (s->sent - s->acked < (uint64_t)settings.window) { send_report(c, index, s->due); flush_out(c); }
        s->due += period;
        next_due = (next_due + 1) % total;
    }
}

void run_for(double seconds) {
    int64_t end = now_ns() + (int64_t)(seconds * 1e9);
    while (now_ns() < end) {
        if (all && settings.rate > 0) send_what_is_due();
        turn(settings.rate > 0 ? 1 : 10);
    }
}

void set_measuring(int on) { measuring = on; }

uint64_t measured_messages(void) { return measured; }

double latency_us(double part) {
    uint64_t seen = 0;
    for (int i = 0; i < 4000; i++) {
        seen += buckets[i];
        if (measured && seen >= part * measured) return pow(10, i / 100.0);
    }
    return 0;
}
