// The least that a server could do on this machine: one thread, epoll, OpenSSL on the socket, the same frames. It finds
// each report's number and acknowledges it; it checks nothing and knows no sessions. MallBots is measured against it.
//
// floor [--tickets] CERTIFICATE KEY [CLIENT_CA] — listens on a free port of 127.0.0.1 and prints one line of JSON. With
// --tickets each connection gets a session ticket, as from MallBots' server, and may come back with it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

struct connection {
    SSL *ssl;
    int fd, shaken;
    uint8_t *rest; size_t rest_count;  // the beginning of a frame
};

static int epoll;
static uint8_t in[1 << 18], out[1 << 18];
static size_t out_count;

static int choose(SSL *ssl, const uint8_t **chosen, uint8_t *count, const uint8_t *offered, unsigned offered_count, void *_) {
    (void)ssl; (void)_;
    return SSL_select_next_proto((uint8_t **)chosen, count, (const uint8_t *)"\012mallbots/1", 11, offered, offered_count)
        == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static uint64_t varint(const uint8_t **p, const uint8_t *end) {
    uint64_t v = 0;
    for (int shift = 0; *p < end; shift += 7) {
        uint8_t b = *(*p)++;
        v |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80) break;
    }
    return v;
}

static uint8_t *put(uint8_t *p, uint64_t v) {
    while (v >= 0x80) { *p++ = (uint8_t)v | 0x80; v >>= 7; }
    *p++ = (uint8_t)v;
    return p;
}

static void answer(const uint8_t *p, const uint8_t *end) {
    static const uint8_t hello[] = {0, 0, 0, 16, 0x1A, 14, 8, 1, 16, 1, 24, 128, 128, 4, 32, 128, 128, 4, 40, 100};
    uint32_t id = 0;
    while (p < end) {
        uint64_t tag = varint(&p, end);
        if ((tag & 7) == 0) { uint64_t v = varint(&p, end); if (tag >> 3 == 1) id = v; continue; }
        uint64_t count = varint(&p, end);
        if (tag >> 3 == 3) { memcpy(out + out_count, hello, sizeof hello); out_count += sizeof hello; }
        if (tag >> 3 == 2 && count > 0 && *p == 8) {
            const uint8_t *report = p + 1;
            uint64_t number = varint(&report, p + count);
            uint8_t *start = out + out_count, body[16], *b = put(body, 2 << 3), *q;
            b = put(b, number);
            q = put(start + 4, 1 << 3); q = put(q, id);
            q = put(q, 2 << 3 | 2); q = put(q, b - body);
            memcpy(q, body, b - body);
            q += b - body;
            size_t length = q - start - 4;
            start[0] = start[1] = 0; start[2] = length >> 8; start[3] = length;
            out_count += length + 4;
        }
        p += count;
    }
}

static void drop(struct connection *c) {
    SSL_free(c->ssl);
    close(c->fd);
    free(c->rest);
    free(c);
}

static void serve(struct connection *c) {
    if (!c->shaken) {
        int result = SSL_accept(c->ssl);
        if (result != 1) {
            if (SSL_get_error(c->ssl, result) != SSL_ERROR_WANT_READ) drop(c);
            return;
        }
        c->shaken = 1;
    }
    out_count = 0;
    size_t count = c->rest_count;
    if (count) memcpy(in, c->rest, count);
    for (;;) {
        int n = SSL_read(c->ssl, in + count, (int)(sizeof in - count));
        if (n <= 0) {
            if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ) return drop(c);
            break;
        }
        count += n;
        size_t done = 0;
        while (count - done >= 4) {
            size_t length = (size_t)in[done + 2] << 8 | in[done + 3];
            if (count - done - 4 < length) break;
            answer(in + done + 4, in + done + 4 + length);
            done += length + 4;
        }
        memmove(in, in + done, count - done);
        count -= done;
        if (out_count > sizeof out / 2) { SSL_write(c->ssl, out, (int)out_count); out_count = 0; }
    }
    free(c->rest);
    c->rest = count ? memcpy(malloc(count), in, count) : NULL;
    c->rest_count = count;
    // A load that reads its answers never fills the socket; a real server would have to wait here.
    if (out_count && SSL_write(c->ssl, out, (int)out_count) <= 0) drop(c);
}

int main(int count, char **arguments) {
    int tickets = count > 1 && !strcmp(arguments[1], "--tickets");
    count -= tickets;
    arguments += tickets;
    if (count < 3 || count > 4 || arguments[1][0] == '-') {
        fprintf(stderr, "usage: floor [--tickets] CERTIFICATE KEY [CLIENT_CA]\n");
        return 64;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(context, tickets);
    // With client certificates OpenSSL resumes only what has a context.
    SSL_CTX_set_session_id_context(context, (const uint8_t *)"floor", 5);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, arguments[1]) != 1
        || SSL_CTX_use_PrivateKey_file(context, arguments[2], SSL_FILETYPE_PEM) != 1
        || (count > 3 && SSL_CTX_load_verify_locations(context, arguments[3], NULL) != 1)) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    if (count > 3) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("{\"address\":\"127.0.0.1:%d\",\"pid\":%d}\n", ntohs(address.sin_port), getpid());
    fflush(stdout);
    epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) { serve(events[i].data.ptr); continue; }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) continue;
            int one = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            struct connection *c = calloc(1, sizeof *c);
            c->fd = fd;
            c->ssl = SSL_new(context);
            SSL_set_fd(c->ssl, fd);
            SSL_set_accept_state(c->ssl);
            struct epoll_event watch = {.events = EPOLLIN, .data.ptr = c};
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &watch);
        }
    }
}
