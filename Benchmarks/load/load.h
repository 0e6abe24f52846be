// What the parts of `load` share. A protocol turns reports into bytes, and bytes into acknowledgements; sockets, TLS,
// timing and counting are the same for all of them.
#pragma once
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_INFLIGHT 255
#define MOST_REPORT_BYTES 128

struct protocol;

extern struct settings {
    const struct protocol *protocol;
    int connections, streams, inflight, port, server_pid, dialing, resume;
    int window;                      // reports that a stream may have on their way
    double rate, seconds;
    const char *ca, *cert, *key;
} settings;

struct stream {
    uint64_t sent, acked;            // the numbers of the last report of each kind; reports are numbered from 1
    int64_t due;                     // when the next report is due, with --rate
    int64_t *sent_at;                // of the reports on their way, by number modulo settings.window
};

struct connection {
    SSL *ssl;
    int fd, number, shaken, ready;
    uint32_t watched;                   // the events that epoll reports
    uint8_t *rest; size_t rest_count;   // the beginning of a frame
    uint8_t *out; size_t out_count, out_room;
    struct stream *streams;
    void *state;                        // the protocol's own
};

struct protocol {
    const char *name, *alpn;                 // alpn with its length in front; NULL: none is offered
    int most_streams;                        // a connection
    size_t connection_bytes, stream_bytes;   // of `state`, which begins as zeros
    // Appends what opens a connection. Its streams are opened here too, or once the server allows it.
    void (*begin)(struct connection *c);
    // Takes whole frames from the front of what came and answers how many bytes they were.
    size_t (*receive)(struct connection *c, const uint8_t *bytes, size_t count, int64_t now);
    // Appends report `number` of a stream, or keeps it until flow control lets it go.
    void (*report)(struct connection *c, int stream, uint64_t number);
};

extern const struct protocol wire, mqtt, grpc;

// load.c
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail_errno(const char *what);
int64_t now_ns(void);

// sockets.c
struct traffic_bytes { uint64_t sent, received; };
void prepare_sockets(void);
void open_connections(struct connection *all, int count);
void close_connection(struct connection *c);
void get_ticket(void);                  // by one connection more, which is closed again
int resumed_count(void);
const char *cipher_name(const struct connection *c);
struct traffic_bytes bytes_so_far(const struct connection *all, int count);  // on the wire, TLS included
uint8_t *append(struct connection *c, size_t count);  // room for that many bytes, to be filled in at once
void connection_ready(struct connection *c);
void flush_out(struct connection *c);
void turn(int timeout_ms);              // waits for sockets that long at most, and serves them

// traffic.c
void make_streams(struct connection *c);
void start_traffic(struct connection *all);
void run_for(double seconds);
void set_measuring(int on);
uint64_t measured_messages(void);
double latency_us(double part);         // 0.5: the median
void acknowledged(struct connection *c, int stream, uint64_t number, int64_t now);  // and all before it

// server.c
double server_cpu_ns(void);             // all threads, those that ended too
double own_cpu_ns(void);
double server_rss_kib(void);
long server_descriptor_limit(void);

// report.c
size_t encode_report(uint8_t *to, uint64_t number);
