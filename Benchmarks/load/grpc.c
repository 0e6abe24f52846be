// gRPC: as much of HTTP/2 (RFC 9113) and HPACK (RFC 7541) as a client needs that opens calls and exchanges messages. It
// sends what gRPC's own client sends, respects flow control, and answers SETTINGS and PING. It grants its server large
// windows and sends no PING of its own, which spares the server some work.
#include "bytes.h"
#include "load.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8 };
enum { HEADER_TABLE_SIZE = 1, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE };

#define HEAD 9                             // bytes of a frame's header
#define PREFIX 5                           // bytes in front of a gRPC message: compressed or not, length
#define FIRST_WINDOW 65535
#define STREAM_WINDOW (4 << 20)            // what the server may send before it is granted more
#define CONNECTION_WINDOW (16 << 20)
#define MOST_STREAMS 1000000

struct call {
    uint64_t written;                      // the last report that flow control let go
    int64_t window;                        // bytes that the server takes
    uint32_t taken;                        // bytes from the server, not granted anew
    uint8_t message[27], message_count;    // a message's beginning, prefix included
};

struct state {
    int64_t window;
    uint32_t taken, call_window;           // call_window: what the server grants a new call
    int opened, blocked;
    struct call calls[];
};

static uint8_t *append_frame(struct connection *c, int type, int flags, uint32_t id, size_t count) {
    uint8_t *p = append(c, HEAD + count);
    p = put_big(p, count, 3);
    *p++ = (uint8_t)type;
    *p++ = (uint8_t)flags;
    return put_big(p, id, 4);
}

static void append_window(struct connection *c, uint32_t id, uint32_t bytes) {
    put_big(append_frame(c, WINDOW_UPDATE, 0, id, 4), bytes, 4);
}

static void begin(struct connection *c) {
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    struct state *state = c->state;
    state->window = state->call_window = FIRST_WINDOW;
    memcpy(append(c, sizeof preface - 1), preface, sizeof preface - 1);
    uint8_t *p = append_frame(c, SETTINGS, 0, 0, 12);
    p = put_big(put_big(p, ENABLE_PUSH, 2), 0, 4);
    put_big(put_big(p, INITIAL_WINDOW_SIZE, 2), STREAM_WINDOW, 4);
    append_window(c, 0, CONNECTION_WINDOW - FIRST_WINDOW);
}

// MARK: Calls

// The headers of a call. The connection's first puts them into HPACK's dynamic table, the others refer to it.
static size_t encode_headers(uint8_t *to, int first) {
    char authority[32];
    snprintf(authority, sizeof authority, "localhost:%d", settings.port);
    // known: the name's place in the static table
    const struct { uint8_t known; const char *name, *value; } headers[] = {
        {4, ":path", "/mallbots.bots.v1.BotService/Connect"}, {1, ":authority", authority}, {0, "te", "trailers"},
        {31, "content-type", "application/grpc"}, {58, "user-agent", "mallbots-load/1"},
        {0, "grpc-accept-encoding", "identity, deflate, gzip"}};
    int count = sizeof headers / sizeof *headers;
    uint8_t *p = to;
    *p++ = 0x80 | 3;  // :method: POST
    *p++ = 0x80 | 7;  // :scheme: https
    for (int i = 0; i < count; i++) {
        if (!first) { *p++ = 0x80 | (62 + count - 1 - i); continue; }  // the newest is 62
        size_t name = strlen(headers[i].name), value = strlen(headers[i].value);
        *p++ = 0x40 | headers[i].known;
        if (!headers[i].known) { *p++ = (uint8_t)name; memcpy(p, headers[i].name, name); p += name; }
        *p++ = (uint8_t)value;
        memcpy(p, headers[i].value, value);
        p += value;
    }
    return p - to;
}

static void open_calls(struct connection *c, struct state *state) {
    uint8_t block[256];
    for (int i = 0; i < settings.streams; i++) {
        size_t count = encode_headers(block, i == 0);
        memcpy(append_frame(c, HEADERS, END_HEADERS, 2 * i + 1, count), block, count);
        state->calls[i].window = state->call_window;
    }
    state->opened = 1;
}

// Writes a call's reports as far as both windows reach.
static void pump(struct connection *c, int index) {
    struct state *state = c->state;
    struct call *call = &state->calls[index];
    uint8_t message[MOST_REPORT_BYTES];
    while (call->written < c->streams[index].sent) {
        size_t count = encode_report(message, call->written + 1), bytes = PREFIX + count;
        if (call->window < (int64_t)bytes || state->window < (int64_t)bytes) { state->blocked = 1; return; }
        uint8_t *p = append_frame(c, DATA, 0, 2 * index + 1, bytes);
        *p++ = 0;
        memcpy(put_big(p, count, 4), message, count);
        call->window -= bytes;
        state->window -= bytes;
        call->written++;
    }
}

static void pump_all(struct connection *c) {
    struct state *state = c->state;
    if (!state->blocked) return;
    state->blocked = 0;
    for (int i = 0; i < settings.streams; i++) pump(c, i);
}

static void report(struct connection *c, int stream, uint64_t number) {
    (void)number;
    pump(c, stream);
}

// MARK: Frames from the server

static int call_of(uint32_t id) {
    uint32_t index = id / 2;
    if (id % 2 == 0 || index >= (uint32_t)settings.streams) fail("a frame of stream %u, never opened", id);
    return (int)index;
}

static void take_settings(struct connection *c, const uint8_t *p, size_t count) {
    struct state *state = c->state;
    for (; count >= 6; p += 6, count -= 6) {
        uint32_t value = get_big(p + 2, 4);
        switch (get_big(p, 2)) {
        case HEADER_TABLE_SIZE:
            if (value < 4096) fail("the server's header table has %u bytes; this client relies on the usual 4096", value);
            break;
        case MAX_CONCURRENT_STREAMS:
            if (value < (uint32_t)settings.streams) fail("the server takes only %u streams a connection", value);
            break;
        case INITIAL_WINDOW_SIZE:
            if (state->opened)
                for (int i = 0; i < settings.streams; i++) state->calls[i].window += (int64_t)value - state->call_window;
            state->call_window = value;
            break;
        default: break;
        }
    }
    append_frame(c, SETTINGS, ACK, 0, 0);
    if (!state->opened) open_calls(c, state);
    connection_ready(c);
    pump_all(c);
}

// Cuts the messages out of a call's bytes: each a ToBot that holds nothing but the acknowledgement's number.
static void take_data(struct connection *c, int index, const uint8_t *p, size_t count, int64_t now) {
    struct call *call = &((struct state *)c->state)->calls[index];
    while (count > 0) {
        size_t want = call->message_count < PREFIX ? PREFIX : PREFIX + get_big(call->message + 1, 4);
        if (want > sizeof call->message || call->message[0] != 0) fail("an answer that is no acknowledgement");
        size_t part = want - call->message_count < count ? want - call->message_count : count;
        memcpy(call->message + call->message_count, p, part);
        call->message_count += part;
        p += part;
        count -= part;
        if (call->message_count < PREFIX || call->message_count < PREFIX + get_big(call->message + 1, 4)) continue;
        const uint8_t *field = call->message + PREFIX, *end = call->message + call->message_count;
        call->message_count = 0;
        while (field < end) {
            uint64_t tag = get_varint(&field, end), value = get_varint(&field, end);
            if ((tag & 7) != 0) fail("an acknowledgement of an unknown form");
            if (tag >> 3 == 2) acknowledged(c, index, value, now);
        }
    }
}

static void grant(struct connection *c, int index, size_t count) {
    struct state *state = c->state;
    struct call *call = &state->calls[index];
    state->taken += count;
    call->taken += count;
    if (call->taken > STREAM_WINDOW / 2) { append_window(c, 2 * index + 1, call->taken); call->taken = 0; }
    if (state->taken > CONNECTION_WINDOW / 2) { append_window(c, 0, state->taken); state->taken = 0; }
}

// A call's end is a failure here. gRPC's servers write headers without Huffman's code, so that they can be read.
static _Noreturn void fail_ended(uint32_t id, const uint8_t *p, size_t count) {
    char text[256];
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof text - 1; i++) text[used++] = isprint(p[i]) ? (char)p[i] : ' ';
    text[used] = 0;
    fail("the server ended stream %u: %s", id, text);
}

static void handle_frame(
    struct connection *c, int type, int flags, uint32_t id, const uint8_t *p, size_t count, int64_t now) {
    struct state *state = c->state;
    if (flags & PADDED && (type == DATA || type == HEADERS)) fail("a padded frame, which this client does not know");
    switch (type) {
    case DATA:
        take_data(c, call_of(id), p, count, now);
        grant(c, call_of(id), count);
        if (flags & END_STREAM) fail("the server ended stream %u", id);
        break;
    case HEADERS: if (flags & END_STREAM) fail_ended(id, p, count); break;
    case RST_STREAM: fail("the server reset stream %u with code %u", id, count == 4 ? get_big(p, 4) : 0);
    case SETTINGS: if (!(flags & ACK)) take_settings(c, p, count); break;
    case PING: if (!(flags & ACK)) memcpy(append_frame(c, PING, ACK, 0, count), p, count); break;
    case GOAWAY:
        if (count < 8) fail("the server said goodbye");
        fail("the server said goodbye with code %u: %.*s", get_big(p + 4, 4), (int)count - 8, p + 8);
    case WINDOW_UPDATE:
        if (count != 4) fail("a WINDOW_UPDATE of %zu bytes", count);
        *(id == 0 ? &state->window : &state->calls[call_of(id)].window) += get_big(p, 4) & 0x7FFFFFFF;
        pump_all(c);
        break;
    default: break;
    }
}

static size_t receive(struct connection *c, const uint8_t *bytes, size_t count, int64_t now) {
    size_t done = 0;
    while (count - done >= HEAD) {
        const uint8_t *p = bytes + done;
        size_t length = get_big(p, 3);
        if (count - done - HEAD < length) break;
        handle_frame(c, p[3], p[4], get_big(p + 5, 4) & 0x7FFFFFFF, p + HEAD, length, now);
        done += HEAD + length;
    }
    return done;
}

const struct protocol grpc = {
    .name = "grpc", .alpn = "\002h2", .most_streams = MOST_STREAMS, .connection_bytes = sizeof(struct state),
    .stream_bytes = sizeof(struct call), .begin = begin, .receive = receive, .report = report};
