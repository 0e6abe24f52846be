// The robots' gateway as it would be with gRPC's own C++ library: BotService/Connect decodes each report and
// acknowledges it, and keeps nothing. MallBots is measured against it.
//
// grpc_server [--no-bdp-probe] CERTIFICATE KEY [CLIENT_CA] — listens on a free port of 127.0.0.1 and prints one line
// of JSON.
//
// How it is tuned: the callback API, gRPC's fastest in C++; a call reads its next report while an acknowledgement is
// being written; messages are reused, so that their strings keep their memory; acknowledgements that others follow
// carry the hint that lets gRPC write them together; streams are not limited, and nothing is compressed, logged or
// reflected. --no-bdp-probe switches off the PING by which gRPC measures bandwidth: a fifth to two fifths of what a
// report costs that travels alone. A minimal filter stack, either optimization target, and reading only after each
// write made no difference beyond noise.
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>

#include "mallbots/bots/v1/bots.grpc.pb.h"

namespace {

using mallbots::bots::v1::BotService;
using mallbots::bots::v1::FromBot;
using mallbots::bots::v1::ToBot;

// One robot's call. gRPC runs OnReadDone and OnWriteDone on threads of its own, at times both at once.
class Session final : public grpc::ServerBidiReactor<FromBot, ToBot> {
public:
    Session() { StartRead(&report_); }

    void OnReadDone(bool ok) override {
        std::lock_guard lock(mutex_);
        reading_ = false;
        if (!ok) {
            ended_ = true;
        } else if (report_.report() > 0) {
            waiting_[(first_ + count_++) % waiting_.size()] = report_.report();
        }
        go_on();
    }

    void OnWriteDone(bool ok) override {
        std::lock_guard lock(mutex_);
        writing_ = false;
        if (!ok) { count_ = 0; ended_ = true; }
        go_on();
    }

    void OnDone() override { delete this; }

private:
    // Starts whatever can be started now. gRPC never calls back from within, so the lock may be held.
    void go_on() {
        if (!writing_ && count_ > 0) {
            acknowledgement_.set_report_ack(waiting_[first_]);
            first_ = (first_ + 1) % waiting_.size();
            count_--;
            writing_ = true;
            StartWrite(&acknowledgement_, count_ > 0 ? grpc::WriteOptions().set_buffer_hint() : grpc::WriteOptions());
        }
        // A robot that does not read its acknowledgements has to wait with its reports.
        if (!reading_ && !ended_ && count_ < waiting_.size()) {
            reading_ = true;
            StartRead(&report_);
        }
        if (!reading_ && !writing_ && ended_ && !finished_) {
            finished_ = true;
            Finish(grpc::Status::OK);
        }
    }

    std::mutex mutex_;
    FromBot report_;
    ToBot acknowledgement_;
    std::array<uint64_t, 64> waiting_;  // the numbers of reports to be acknowledged, a ring
    size_t first_ = 0, count_ = 0;
    bool reading_ = true, writing_ = false, ended_ = false, finished_ = false;
};

class Gateway final : public BotService::CallbackService {
    grpc::ServerBidiReactor<FromBot, ToBot> *Connect(grpc::CallbackServerContext *) override { return new Session; }
};

std::string contents(const char *path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (!(text << file.rdbuf())) throw std::runtime_error(std::string("cannot read ") + path);
    return text.str();
}

int run(int count, char **arguments) {
    bool bdp_probe = true;
    if (count > 1 && std::string(arguments[1]) == "--no-bdp-probe") {
        bdp_probe = false;
        count--;
        arguments++;
    }
    if (count < 3 || count > 4 || arguments[1][0] == '-') {
        std::fprintf(stderr, "usage: grpc_server [--no-bdp-probe] CERTIFICATE KEY [CLIENT_CA]\n");
        return 64;
    }
    rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({contents(arguments[2]), contents(arguments[1])});
    if (count > 3) {
        options.pem_root_certs = contents(arguments[3]);
        options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    }
    Gateway gateway;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, bdp_probe ? 1 : 0);
    builder.RegisterService(&gateway);
    auto server = builder.BuildAndStart();
    if (!server || port == 0) throw std::runtime_error("the server did not start; is the certificate right?");
    std::printf("{\"address\":\"127.0.0.1:%d\",\"pid\":%d}\n", port, getpid());
    std::fflush(stdout);
    server->Wait();
    return 0;
}

}  // namespace

int main(int count, char **arguments) {
    try {
        return run(count, arguments);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "grpc_server: %s\n", error.what());
        return 1;
    }
}
