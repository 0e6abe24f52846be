// One TCP connection with TLS 1.3 for each robot, all on one thread with epoll; nothing here blocks.
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_SECONDS 10
#define PORTS_OF_AN_ADDRESS 20000  // the kernel has some 28,000 for each source address

static SSL_CTX *context;
static SSL_SESSION *ticket;
static int epoll, dialing, ready, resumed;
static uint8_t in[1 << 18];

// Says what a TLS call failed of: OpenSSL's error, the system's, or the peer's silence.
static _Noreturn void fail_tls(const char *what) {
    char reason[160];
    unsigned long code = ERR_get_error();
    if (code) ERR_error_string_n(code, reason, sizeof reason);
    fail("%s: %s", what, code ? reason : errno ? strerror(errno) : "the server closed the connection");
}

// Called for each ticket that a server sends; the first is kept.
static int keep_ticket(SSL *ssl, SSL_SESSION *session) {
    (void)ssl;
    if (!settings.resume || ticket) return 0;
    ticket = session;
    return 1;
}

static void raise_descriptor_limit(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    long spare = 16, server = server_descriptor_limit();
    if ((long)files.rlim_cur < settings.connections + spare)
        fail("%d connections need as many descriptors, and this process may have %ld: raise `ulimit -Hn`, or use fewer",
             settings.connections, (long)files.rlim_cur);
    if (server >= 0 && server < settings.connections + spare)
        fail("%d connections need as many descriptors, and the server may have %ld: start it under a higher `ulimit -n`",
             settings.connections, server);
}

void prepare_sockets(void) {
    raise_descriptor_limit();
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    const char *alpn = settings.protocol->alpn;
    if (alpn) SSL_CTX_set_alpn_protos(context, (const uint8_t *)alpn, strlen(alpn));
    if (settings.ca) {
        errno = 0;
        if (SSL_CTX_load_verify_locations(context, settings.ca, NULL) != 1) fail_tls(settings.ca);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    errno = 0;
    if (settings.cert && SSL_CTX_use_certificate_chain_file(context, settings.cert) != 1) fail_tls(settings.cert);
    if (settings.key && SSL_CTX_use_PrivateKey_file(context, settings.key, SSL_FILETYPE_PEM) != 1) fail_tls(settings.key);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail_errno("epoll_create1");
}

// MARK: One connection

static void watch(struct connection *c, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    int operation = c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (c->watched == events) return;
    if (epoll_ctl(epoll, operation, c->fd, &event)) fail_errno("epoll_ctl");
    c->watched = events;
}

static void dial(struct connection *c, int number) {
    const struct protocol *protocol = settings.protocol;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(settings.port)}, from = {.sin_family = AF_INET};
    to.sin_addr.s_addr = htonl(0x7F000001);
    from.sin_addr.s_addr = htonl(0x7F000002 + number / PORTS_OF_AN_ADDRESS);
    int one = 1;
    c->number = number;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0 && errno == EMFILE) fail("no descriptor is left for connection %d: raise `ulimit -Hn`", number + 1);
    if (c->fd < 0) fail_errno("socket");
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) fail_errno("bind");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail_errno("connect");
    make_streams(c);
    c->state = calloc(1, protocol->connection_bytes + settings.streams * protocol->stream_bytes + 1);
    c->ssl = SSL_new(context);
    if (!c->state || !c->ssl) fail("out of memory at connection %d", number + 1);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
    if (ticket) {
        // A copy each: OpenSSL spoils a session that a newer ticket follows.
        SSL_SESSION *copy = SSL_SESSION_dup(ticket);
        SSL_set_session(c->ssl, copy);
        SSL_SESSION_free(copy);
    }
    watch(c, EPOLLOUT);
    dialing++;
}

// Goes on with the handshake; once it is done, says what opens the connection.
static void shake(struct connection *c) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_do_handshake(c->ssl);
    if (result != 1) {
        int error = SSL_get_error(c->ssl, result);
        if (error == SSL_ERROR_WANT_READ) watch(c, EPOLLIN);
        else if (error == SSL_ERROR_WANT_WRITE) watch(c, EPOLLOUT);
        else fail_tls("the TLS handshake");
        return;
    }
    c->shaken = 1;
    resumed += SSL_session_reused(c->ssl);
    watch(c, EPOLLIN);
    settings.protocol->begin(c);
    flush_out(c);
}

void connection_ready(struct connection *c) {
    if (c->ready) return;
    c->ready = 1;
    ready++;
    dialing--;
}

uint8_t *append(struct connection *c, size_t count) {
    if (c->out_count + count > c->out_room) {
        c->out_room = (c->out_count + count) * 2;
        c->out = realloc(c->out, c->out_room);
        if (!c->out) fail("out of memory");
    }
    c->out_count += count;
    return c->out + c->out_count - count;
}

void flush_out(struct connection *c) {
    size_t done = 0;
    while (done < c->out_count) {
        ERR_clear_error();
        errno = 0;
        int n = SSL_write(c->ssl, c->out + done, (int)(c->out_count - done));
        if (n <= 0) {
            if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE) fail_tls("writing");
            break;
        }
        done += n;
    }
    memmove(c->out, c->out + done, c->out_count - done);
    c->out_count -= done;
    watch(c, c->out_count > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void read_in(struct connection *c) {
    size_t count = c->rest_count;
    if (count) memcpy(in, c->rest, count);
    for (int drained = 0; !drained;) {
        while (count < sizeof in) {
            ERR_clear_error();
            errno = 0;
            int n = SSL_read(c->ssl, in + count, (int)(sizeof in - count));
            if (n <= 0) {
                if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ) fail_tls("reading");
                drained = 1;
                break;
            }
            count += n;
        }
        size_t done = settings.protocol->receive(c, in, count, now_ns());
        if (done == 0 && count == sizeof in) fail("the server sent a frame of more than %zu bytes", sizeof in);
        memmove(in, in + done, count - done);
        count -= done;
    }
    free(c->rest);
    c->rest = count ? memcpy(malloc(count), in, count) : NULL;
    c->rest_count = count;
    if (c->out_count) flush_out(c);
}

void close_connection(struct connection *c) {
    if (c->ready) ready--;
    SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    close(c->fd);
    free(c->rest);
    free(c->out);
    free(c->streams);
    free(c->state);
    *c = (struct connection){0};
}

// MARK: All of them

void turn(int timeout_ms) {
    struct epoll_event events[512];
    int count = epoll_wait(epoll, events, 512, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct connection *c = events[i].data.ptr;
        if (!c->shaken) { shake(c); continue; }
        if (events[i].events & EPOLLOUT) flush_out(c);
        if (events[i].events & ~EPOLLOUT) read_in(c);
    }
}

void open_connections(struct connection *all, int count) {
    int begun = 0, before = 0;
    int64_t progress = now_ns();
    while (ready < count) {
        while (begun < count && dialing < settings.dialing) { dial(&all[begun], begun); begun++; }
        turn(10);
        if (ready > before) progress = now_ns();
        before = ready;
        if (now_ns() - progress > PATIENCE_SECONDS * 1000000000LL)
            fail("%d of %d connections are open, and the server has opened none for %d s", ready, count, PATIENCE_SECONDS);
    }
}

void get_ticket(void) {
    struct connection first = {0};
    open_connections(&first, 1);
    for (int i = 0; i < 300 && !ticket; i++) turn(10);
    if (!ticket) fail("the server gave no session ticket, so nothing can be resumed");
    close_connection(&first);
    resumed = 0;
}

int resumed_count(void) { return resumed; }

const char *cipher_name(const struct connection *c) { return SSL_get_cipher_name(c->ssl); }

struct traffic_bytes bytes_so_far(const struct connection *all, int count) {
    struct traffic_bytes sum = {0};
    for (int i = 0; i < count; i++) {
        sum.sent += BIO_number_written(SSL_get_wbio(all[i].ssl));
        sum.received += BIO_number_read(SSL_get_rbio(all[i].ssl));
    }
    return sum;
}
