// Wire: length-prefixed protobuf frames, see docs/protocol.md. Only what this load meets.
#include "bytes.h"
#include "load.h"

static void append_frame(struct connection *c, const uint8_t *body, size_t count) {
    uint8_t *p = append(c, count + 4);
    memcpy(put_big(p, count, 4), body, count);
}

static void begin(struct connection *c) {
    static const char method[] = "/mallbots.bots.v1.BotService/Connect";
    uint8_t inner[64], frame[96], *p = inner;
    p = put_varint(p, 1 << 3); p = put_varint(p, 1);         // min_version
    p = put_varint(p, 2 << 3); p = put_varint(p, 1);         // max_version
    p = put_varint(p, 3 << 3); p = put_varint(p, 65536);     // max_frame_bytes
    p = put_varint(p, 4 << 3); p = put_varint(p, 1 << 30);   // initial_credit_bytes: acknowledgements never wait
    p = put_varint(p, 5 << 3); p = put_varint(p, 100);       // max_streams
    append_frame(c, frame, put_field(frame, 3, inner, p - inner) - frame);
    size_t open = put_field(inner, 1, method, sizeof method - 1) - inner;
    for (int i = 0; i < settings.streams; i++) {
        p = put_varint(frame, 1 << 3); p = put_varint(p, i + 1);
        append_frame(c, frame, put_field(p, 4, inner, open) - frame);
    }
}

static void report(struct connection *c, int stream, uint64_t number) {
    uint8_t message[MOST_REPORT_BYTES], frame[MOST_REPORT_BYTES + 32], *p = frame;
    size_t count = encode_report(message, number);
    p = put_varint(p, 1 << 3); p = put_varint(p, stream + 1);
    append_frame(c, frame, put_field(p, 2, message, count) - frame);
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
                if (inner >> 3 == 2) acknowledged(c, (int)id - 1, value, now);
            }
            break;
        case 3: connection_ready(c); break;
        case 6: fail("the server ended stream %u: %.*s", id, (int)count, p);
        case 10: fail("the server said goodbye: %.*s", (int)count, p);
        default: break;
        }
        p = stop;
    }
}

static size_t receive(struct connection *c, const uint8_t *bytes, size_t count, int64_t now) {
    size_t done = 0;
    while (count - done >= 4) {
        size_t length = get_big(bytes + done, 4);
        if (count - done - 4 < length) break;
        handle_frame(c, bytes + done + 4, bytes + done + 4 + length, now);
        done += 4 + length;
    }
    return done;
}

const struct protocol wire = {
    .name = "wire", .alpn = "\012mallbots/1", .most_streams = 1000000, .begin = begin, .receive = receive,
    .report = report};
